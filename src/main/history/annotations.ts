import type { Annotation } from '../../shared/contract/history.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Connection, Database } from '../storage/index.ts';
import { siteExists, writeAudit } from '../storage/queries/device-changes.ts';
import { insertAnnotation, placeOf, removeAnnotation } from '../storage/queries/history-annotations.ts';
import { predecessors } from '../storage/queries/history-lineage.ts';

export type Note = Pick<Annotation, 'timeMs' | 'kind' | 'text' | 'mac' | 'siteRef'>;

/** The tool knows no accounts of people: who sits before it is its user. */
const author = 'application';
const lastMs = 253_402_300_799_999;

/** @throws AppError `device.unknown`, `site.unknown`, `request.invalid` where it names neither or no moment */
export async function annotate(owner: Database, note: Note): Promise<Annotation> {
  const { mac, siteRef, timeMs } = note;
  if (mac === null && siteRef === null)
    throw new AppError('request.invalid', 'A note belongs to a device or to a site.', { field: 'mac' });
  if (!(timeMs >= 0 && timeMs <= lastMs))
    throw new AppError('request.invalid', 'The moment of the note lies outside of the years 1970 to 9999.', {
      field: 'timeMs',
    });
  return owner.transaction(async (connection) => {
    if (mac !== null && (await placeOf(connection, mac)) === undefined)
      throw new AppError('device.unknown', `${mac} is not known.`, { mac });
    if (siteRef !== null && !(await siteExists(connection, siteRef)))
      throw new AppError('site.unknown', `There is no site ${siteRef}.`, { siteRef });
    const stored = await insertAnnotation(connection, { ...note, author, automatic: false });
    await writeAudit(connection, 'annotation.add', mac ?? siteRef ?? '', { ...stored });
    return stored;
  });
}

/** @throws AppError `history.annotation-unknown`, `history.annotation-automatic` */
export async function removeNote(owner: Database, id: number): Promise<void> {
  await owner.transaction(async (connection) => {
    const removed = await removeAnnotation(connection, id);
    if (removed === undefined)
      throw new AppError('history.annotation-unknown', 'There is no such note.', { id });
    if (removed.automatic)
      throw new AppError('history.annotation-automatic', 'What the tool noted itself is not removed.', {
        id,
      });
    await writeAudit(connection, 'annotation.remove', removed.mac ?? removed.siteRef ?? '', { ...removed });
  });
}

/** These devices and those whose places they took: their notes lie on the same line of time. */
export async function withOlder(connection: Connection, macs: readonly string[]): Promise<readonly string[]> {
  const before = await predecessors(connection, macs);
  return [...new Set([...macs, ...before.map(({ address }) => address)])];
}

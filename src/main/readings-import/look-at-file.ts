import { stat } from 'node:fs/promises';
import type { ImportLook, ImportMapping, LookedRow } from '../../shared/contract/readings-import.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { guessForm, sampleOf } from './guess-form.ts';
import { guessMapping } from './guess-mapping.ts';
import { rowsLooked, sampleBytes } from './limits.ts';
import { ReadingReader } from './read-reading.ts';
import { readRecords, type FileRecord } from './read-records.ts';
import { SourceDevices, type KnownDevice } from './source-devices.ts';

/**
 * The first lines of a file as they are understood, by the mapping or by the best guess.
 *
 * @throws AppError `file.unreadable`, `import.empty`, `import.not-text`, `import.no-rows`, `import.zone-unknown`
 */
export async function lookAtFile(
  file: { readonly path: string; readonly name: string },
  wanted: ImportMapping | undefined,
  known: readonly KnownDevice[],
  assign: Readonly<Record<string, string>>,
  nowMs: number,
): Promise<ImportLook> {
  const form = guessForm(await sampleOf(file.path));
  const guessed = guessMapping(
    form,
    (await firstRecords(file.path, form)).map(({ cells }) => cells),
  );
  const mapping = wanted ?? guessed.mapping;
  const records = await firstRecords(file.path, mapping);
  const body = mapping.heading ? records.slice(1) : records;
  if (body.length === 0) throw new AppError('import.no-rows', 'The file holds no line beyond its heading.');
  const reader = new ReadingReader(mapping, nowMs);
  const devices = new SourceDevices(known, assign);
  const rows = body.slice(0, rowsLooked).map((record): LookedRow => {
    const read = reader.read(record);
    const { line } = record;
    const said = record.text === undefined ? record.cells : [record.text];
    const cells = said.slice(0, 50).map((cell) => cell.slice(0, 120));
    if ('fault' in read) return { line, cells, reading: null, fault: read.fault };
    const { source, ...values } = read.reading;
    const { mac } = devices.resolve(source);
    return { line, cells, reading: { source, mac, ...values }, fault: null };
  });
  return {
    name: file.name,
    bytes: (await stat(file.path)).size,
    ownFormat: guessed.ownFormat,
    mapping,
    columns: (records[0]?.cells ?? []).slice(0, 1000).map((name) => name.trim().slice(0, 120)),
    rows,
  };
}

async function firstRecords(
  path: string,
  form: Pick<ImportMapping, 'encoding' | 'separator'>,
): Promise<readonly FileRecord[]> {
  const records: FileRecord[] = [];
  for await (const some of readRecords({ path, bytes: sampleBytes }, form)) {
    records.push(...some.slice(0, rowsLooked + 1 - records.length));
    if (records.length > rowsLooked) break;
  }
  return records;
}

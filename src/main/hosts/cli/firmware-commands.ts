import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { writeFileAtomically } from '../../foundation/atomic-file.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { StoredFirmware } from '../../flashing/library/index.ts';
import { dataFolder, show, withCommon, type Common } from './answer.ts';
import { untilSignal } from './board-work.ts';
import { firmwareNamed, firmwareWithId, libraryOf } from './firmware-source.ts';

/** `firmware ...`: the library from which boards are written, also without a network. */
export function addFirmwareCommands(program: Command): void {
  const firmware = program.command('firmware').description('firmware that is kept for boards');
  withCommon(firmware.command('list')).action(async (options: Common) => {
    const library = libraryOf(dataFolder(options));
    const [items, damaged] = [await library.list(), await library.damaged()];
    const lines = [
      ...items.map((entry) => line(entry)),
      ...damaged.map((id) => `${id.slice(0, 12)}  damaged`),
    ];
    show(options, { items, damaged }, lines.length === 0 ? ['The library is empty.'] : lines);
  });
  withCommon(firmware.command('import <source>'))
    .description('a zip file, a folder, or the address of a manifest of ESP Web Tools')
    .action(async (source: string, options: Common) => {
      const library = libraryOf(dataFolder(options));
      const stored = await untilSignal((signal) => firmwareNamed(library, source, signal));
      if (stored !== undefined) show(options, stored, [line(stored)]);
    });
  withCommon(firmware.command('export <id> <target>'))
    .description('as a zip file that another machine can import, into a folder or a file')
    .action(async (id: string, target: string, options: Common) => {
      const library = libraryOf(dataFolder(options));
      const { id: whole } = await firmwareWithId(library, id);
      const file = await exported(library, whole, resolve(target)).catch((error: unknown) => {
        if (error instanceof AppError) throw error;
        throw new AppError('file.unwritable', `${target} cannot be written.`, { file: target }, error);
      });
      show(options, { file }, [`Written: ${file}`]);
    });
  withCommon(firmware.command('remove <id>')).action(async (id: string, options: Common) => {
    const library = libraryOf(dataFolder(options));
    // What is damaged is in no list, and can still be removed by its whole id.
    const whole = /^[0-9a-f]{64}$/.test(id) ? id : (await firmwareWithId(library, id)).id;
    await library.remove(whole);
    show(options, { id: whole }, ['Removed.']);
  });
}

async function exported(library: ReturnType<typeof libraryOf>, id: string, target: string): Promise<string> {
  const facts = await stat(target).catch(() => undefined);
  if (facts?.isDirectory() === true) return library.exportTo(id, target);
  await stat(dirname(target));
  await writeFileAtomically(target, (await library.archive(id)).bytes, 0o644);
  return target;
}

function line({ id, name, version, bytes, builds }: StoredFirmware): string {
  const chips = builds.map(({ chip }) => chip).join(', ');
  return `${id.slice(0, 12)}  ${name} ${version}  ${chips}  ${Math.ceil(bytes / 1024)} KiB`;
}

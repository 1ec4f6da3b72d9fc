import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Which set of files a database was made from; decided once, at its first migration. */
export type SchemaVariant = 'plain' | 'timescale';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  /** Over the text with line ends as LF: a checkout on Windows must not look edited. */
  readonly sha256: string;
}

/** All files of a variant, in order. */
export async function readMigrations(folder: string, variant: SchemaVariant): Promise<readonly Migration[]> {
  const common = await readFolder(join(folder, 'migrations'));
  if (variant === 'plain') return common;
  const overlay = new Map(
    (await readFolder(join(folder, 'timescale'))).map((migration) => [migration.number, migration]),
  );
  const replaced = common.map((migration) => overlay.get(migration.number) ?? migration);
  const added = [...overlay.values()].filter(
    (migration) => !common.some((other) => other.number === migration.number),
  );
  return [...replaced, ...added].sort((a, b) => a.number - b.number);
}

async function readFolder(folder: string): Promise<readonly Migration[]> {
  const files = (await readdir(folder)).filter((file) => /^\d{4}_[\w-]+\.sql$/.test(file)).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n');
      return {
        number: Number(file.slice(0, 4)),
        name: file.slice(0, -'.sql'.length),
        text,
        sha256: createHash('sha256').update(text).digest('hex'),
      };
    }),
  );
}

import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { composeFileName, type StackFiles } from './stack-files.ts';
import { writeEnvFile } from './env-file.ts';

export interface FolderToExport {
  /** compose.yaml as it is shipped. */
  readonly compose: string;
  readonly files: StackFiles;
  readonly variables: Readonly<Record<string, string>>;
  readonly projectName: string;
}

/** Only the owner gets into the folder; inside, containers of other accounts have to read what is mounted. */
const folderMode = 0o700;
const fileMode = 0o644;

/**
 * Writes the stack as a folder that `docker compose up -d` starts on a machine without this application. Files that
 * are there already are replaced, others left.
 */
export async function exportFolder(
  folder: string,
  { compose, files, variables, projectName }: FolderToExport,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, folderMode);
  await writeFile(join(folder, composeFileName), compose);
  const named = { COMPOSE_PROJECT_NAME: projectName, ...variables };
  await writeFile(
    join(folder, '.env'),
    writeEnvFile(named, 'Variables of compose.yaml. Passwords lie in secrets/.'),
  );
  for (const [path, { content }] of files) {
    const target = join(folder, ...path.split('/'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content, { mode: fileMode });
  }
}

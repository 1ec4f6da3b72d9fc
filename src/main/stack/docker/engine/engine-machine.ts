import { access, readdir, readFile, realpath, statfs } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';

/** What of this machine decides where its engines are. */
export interface EngineMachine {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly userName: string;
  /** `undefined` where the file is not there or not readable. */
  readText(path: string): Promise<string | undefined>;
  /** Names in a folder; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Without symbolic links; the path itself where it leads nowhere. */
  realPath(path: string): Promise<string>;
  exists(path: string): Promise<boolean>;
  /** Bytes that an ordinary account may still write there; `null` where the system does not tell. */
  freeBytes(folder: string): Promise<number | null>;
}

export function systemMachine(): EngineMachine {
  return {
    platform: process.platform,
    environment: process.env,
    home: homedir(),
    userName: userInfo().username,
    readText: (path) => readFile(path, 'utf8').catch(() => undefined),
    list: (folder) => readdir(folder).catch(() => []),
    realPath: (path) => realpath(path).catch(() => path),
    exists: (path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    freeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
  };
}

/** True where a program of one of these names is among the folders of `PATH`, or one of the paths is there. */
export async function isInstalled(
  machine: EngineMachine,
  programs: readonly string[],
  paths: readonly string[],
): Promise<boolean> {
  // A desktop session's PATH lacks the folders of the administrator's programs.
  const folders = [...(machine.environment['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin'];
  const candidates = [
    ...paths,
    ...folders
      .filter((folder) => folder !== '')
      .flatMap((folder) => programs.map((name) => join(folder, name))),
  ];
  return (await Promise.all(candidates.map((path) => machine.exists(path)))).includes(true);
}

import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { runCommand, startCommand, type Outcome } from '../support/command-line.ts';
import { freePorts, newDataFolder, openApplication } from '../support/embedded-application.ts';

const signal = new AbortController().signal;
const [one, two] = ['datayoti-20250101T000000Z.zip', 'datayoti-20250102T000000Z.zip'];
const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A data folder and its folder for backups, with files of these names in it. */
function place(settings: object, names: readonly string[] = []): { data: string; folder: string } {
  const { folder, data } = newDataFolder(settings);
  made.push(folder);
  mkdirSync(join(data, 'backups'));
  for (const name of names) writeFileSync(join(data, 'backups', name), 'PK');
  return { data, folder: join(data, 'backups') };
}
const backup = (data: string, ...more: string[]): Promise<Outcome> =>
  runCommand(['stack', 'backup', ...more, '--data', data], { LC_ALL: 'C' });
const there = (folder: string): readonly string[] => readdirSync(folder).sort();

test('backups of the command line keep to the number where a schedule is set, and only there', async () => {
  const ports = await freePorts();
  const { data, folder } = place({ ...ports, backupDaily: false, backupsKept: 2 }, [one, 'mine.zip']);
  expect((await backup(data)).code).toBe(1);
  const migrated = await runCommand(['db', 'migrate', '--data', data]);
  expect([migrated.code, migrated.stderr]).toEqual([0, '']);
  const names: string[] = [];
  for (let index = 0; index < 3; index++) {
    const { code, stdout } = await backup(data, '--json');
    const answer = JSON.parse(stdout) as { file: string; removed: string[]; leftOut: string[] };
    expect([code, answer.removed, answer.leftOut]).toEqual([0, [], []]);
    names.push(answer.file.slice(folder.length + 1));
  }
  expect(there(folder)).toEqual([one, ...names, 'mine.zip']);
  writeFileSync(
    join(data, 'settings.json'),
    JSON.stringify({ version: 1, settings: { ...ports, backupDaily: true, backupsKept: 2 } }),
  );
  // Where a person names the file it is none of those.
  const named = join(folder, two);
  expect((await backup(data, named)).code).toBe(0);
  expect(there(folder)).toEqual([one, two, ...names, 'mine.zip']);
  const { code, stdout } = await backup(data);
  expect(code).toBe(0);
  for (const name of [two, ...names.slice(0, 2)]) expect(stdout).toContain(`Older one removed: ${name}`);
  expect(there(folder)).toEqual([one, names[2], expect.stringMatching(/^datayoti-/), 'mine.zip']);

  const listed = await backup(data, 'list', '--json');
  const { backups } = JSON.parse(listed.stdout) as { backups: { name: string; verified: boolean }[] };
  expect(backups.map(({ name, verified }) => [name, verified])).toEqual([
    [there(folder)[2], true],
    [names[2], true],
    [one, false],
  ]);
}, 180_000);

test('a backup is removed after a question; whatever is no yes keeps it', async () => {
  const { data, folder } = place({}, [one, two]);
  const asked = async (answer: string | null, language = 'en'): Promise<Outcome> => {
    const command = ['stack', 'backup', 'remove', one, '--data', data, '--lang', language];
    const running = startCommand(command, { LC_ALL: 'C' });
    if (answer === null) running.child.stdin?.end();
    else running.send(answer);
    return running.ended();
  };
  for (const answer of ['n', '', 'yes please', null]) {
    expect(await asked(answer)).toMatchObject({ code: 130, stdout: 'It stays.\n' });
    expect(there(folder)).toEqual([one, two]);
  }
  expect(await backup(data, 'remove', one, '--json')).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('--yes') as unknown,
  });
  expect(await asked('y', 'fr')).toMatchObject({ code: 130 });
  expect(await asked('o', 'fr')).toMatchObject({ code: 0, stdout: `Supprimée : ${one}\n` });
  expect(there(folder)).toEqual([two]);
  expect(JSON.parse((await backup(data, 'remove', two, '--yes', '--json')).stdout)).toEqual({ removed: two });
  expect(there(folder)).toEqual([]);
}, 60_000);

test('no file outside the folder, and none that is no backup, can be removed', async () => {
  const { data, folder } = place({}, ['mine.zip', `${one}.part`]);
  const outside = join(data, one);
  writeFileSync(outside, 'PK');
  mkdirSync(join(folder, 'datayoti-20250103T000000Z.zip'));
  symlinkSync(outside, join(folder, two));
  const app = await openApplication(data);
  try {
    const names = [
      outside,
      `../${one}`,
      `./../${one}`,
      `..\\${one}`,
      `x/../../${one}`,
      `${one}/../../${one}`,
      `${one}\n`,
      'mine.zip',
      `${one}.part`,
      'datayoti-20250103T000000Z.zip',
      '..',
      '.',
      one,
    ];
    for (const name of names)
      await expect(app.handlers.backup.remove({ name }, signal), name).rejects.toMatchObject({
        code: 'backup.unknown',
      });
    expect(there(folder)).toHaveLength(4);
    await app.handlers.backup.remove({ name: two }, signal);
  } finally {
    await app.close();
  }
  expect(there(folder)).toHaveLength(3);
  expect([existsSync(outside), lstatSync(outside).isFile()]).toEqual([true, true]);
});

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database } from '../../src/main/storage/index.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const shell = (line: string): string => execFileSync('sh', ['-c', line], { cwd: root, encoding: 'utf8' });
const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

test('the settings say how psql reaches the database, and the copied lines do reach it', async ({
  page,
  context,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await application.start();
  await page.goto(application.link());
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet');
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(() => {
    location.hash = '/settings/stack';
  });
  const port = String(application.ports.postgres);
  for (const [term, value] of [
    ['Host', '127.0.0.1'],
    ['Port', port],
    ['Database', 'datayoti_db'],
    ['User', 'datayoti_owner'],
  ] as const)
    await expect(
      page
        .getByRole('term')
        .filter({ hasText: new RegExp(`^${term}$`) })
        .last()
        .locator('xpath=..'),
    ).toContainText(value);
  const { password } = await application.database();
  expect(await page.content()).not.toContain(password);

  const group = page.locator('section', {
    has: page.getByRole('heading', { name: 'psql and other programs' }),
  });
  await group.getByRole('button', { name: 'Copy the line for psql' }).click();
  await expect(group.getByRole('status').first()).toHaveText('Copied');
  const asks = await clipboard(page);
  expect(asks).toBe(`psql "host=127.0.0.1 port=${port} dbname=datayoti_db user=datayoti_owner"`);
  await group.getByRole('button', { name: 'Copy the line with the password' }).click();
  await expect(group.getByRole('status').last()).toHaveText('Copied');
  const takes = await clipboard(page);
  expect(takes).not.toContain(password);
  await expectAccessible(page);

  // What the line leaves in the shell's environment opens the database.
  const environment = shell(takes.replace(/psql$/, 'env'));
  const variable = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(environment)?.[1] ?? '';
  const database = new Database({
    address: {
      host: variable('PGHOST'),
      port: Number(variable('PGPORT')),
      database: variable('PGDATABASE'),
      user: variable('PGUSER'),
      password: variable('PGPASSWORD'),
    },
    applicationName: 'test',
    poolSize: 1,
    log: silentLog,
  });
  try {
    expect((await database.query('select current_user as name')).rows).toEqual([{ name: 'datayoti_owner' }]);
  } finally {
    await database.close();
  }
  // And where this machine has psql, both lines start it.
  if (shell('command -v psql || true') !== '') {
    const question = `-Atc 'select current_database()'`;
    expect(shell(`${takes} ${question}`).trim()).toBe('datayoti_db');
    expect(shell(`PGPASSWORD='${password}' ${asks} ${question}`).trim()).toBe('datayoti_db');
  }

  await page.getByRole('contentinfo').getByRole('button', { name: 'Stop stack' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop stack' }).click();
  await expect(group).toContainText('The database is not running.');
});

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectAccessible, test } from './application-fixture.ts';

test('a page that stays open goes on when the application comes back, and says when its session is over', async ({
  page,
  application,
}) => {
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  const { port } = new URL(page.url());
  const lost = page.getByText('The connection to the application is lost');
  const ended = page.getByText('This browser’s session is over');

  await application.stop();
  await expect(lost).toBeVisible();
  await application.start('--demo', '--port', port);
  await expect(lost).toBeHidden();
  await expect(ended).toBeHidden();
  await page.keyboard.press('Control+5');
  await expect(page.getByRole('row', { name: /DEMO-01/ })).toContainText('Healthy');

  await application.stop();
  await expect(lost).toBeVisible();
  rmSync(join(application.data, 'sessions.json'));
  await application.start('--demo', '--port', port);
  await expect(ended).toBeVisible();
  await expectAccessible(page);
  // Another tab of the same browser opens the new link: this page goes on with it.
  const other = await page.context().newPage();
  await other.goto(application.link());
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  await expect(ended).toBeHidden();
});

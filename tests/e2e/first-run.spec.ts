import { expect, expectAccessible, test } from './application-fixture.ts';

test.use({ firstStart: true });

test('the first page starts the stack and becomes the overview', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await application.start();
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing is running yet');
  await expect(page.getByText('All ports are free')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet');
  await expect(page.getByRole('contentinfo')).toContainText(`Port ${application.ports.mqtt}`);
  await expectAccessible(page);
});

test('a link opens one browser, once, and says how to get another', async ({
  page,
  browser,
  application,
}) => {
  await application.start();
  const link = application.link();
  await page.goto(link);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing is running yet');
  const other = await browser.newPage();
  await other.goto(link);
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('This page needs its link');
  await expectAccessible(other);
  await other.close();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing is running yet');
});

test('a taken port is named at its place and one button uses another', async ({ page, application }) => {
  const { createServer } = await import('node:net');
  const holder = createServer().listen(application.ports.mqtt, '127.0.0.1');
  await application.start();
  await page.goto(application.link());
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(page.getByRole('main').getByRole('alert')).toContainText(
    `Port ${application.ports.mqtt} is taken`,
  );
  await expectAccessible(page);
  await page.getByRole('button', { name: /^Use port \d+$/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet');
  holder.close();
});

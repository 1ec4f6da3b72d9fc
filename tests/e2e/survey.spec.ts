import { PNG } from 'pngjs';
import { expect, expectAccessible, test } from './application-fixture.ts';

const plan = PNG.sync.write(new PNG({ width: 800, height: 600, colorType: 2, fill: true }));

test('a small survey is walked with the demo sensors', async ({ page, application, consoleErrors }) => {
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  await page.keyboard.press('Control+7');
  await page.getByRole('textbox', { name: 'Title' }).fill('Acceptance of the demo');
  await page.getByRole('button', { name: 'Begin survey' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Acceptance of the demo');

  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Add plan (PNG or JPEG)' }).click();
  await (await chooser).setFiles({ name: 'Ground floor.png', mimeType: 'image/png', buffer: plan });
  const canvas = page.getByRole('img', { name: 'Ground floor' });
  await expect(canvas).toBeVisible();
  await page.getByRole('button', { name: 'Set scale' }).click();
  const box = await canvas.boundingBox();
  if (box === null) throw new Error('the plan has no box');
  const middle = { x: box.width / 2, y: box.height / 2 };
  await canvas.click({ position: { x: middle.x - 50, y: middle.y } });
  await expect(page.getByText('(1 of 2)')).toBeVisible();
  await canvas.click({ position: { x: middle.x + 50, y: middle.y } });
  await page.getByRole('textbox', { name: 'Distance in m' }).fill('5');
  await page.getByRole('button', { name: 'Save scale' }).click();
  await expect(page.getByText(/The plan is [\d.]+ m wide/)).toBeVisible();

  await canvas.click({ position: { x: middle.x, y: middle.y + 80 } });
  await expect(page.getByRole('heading', { name: 'P1 · planned' })).toBeVisible();
  await page.locator('.mantine-MultiSelect-input').click();
  await page.getByRole('option', { name: 'DEMO-01' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Measure P1 (60 s)' }).click();
  await expect(page.getByRole('heading', { name: 'P1 · measuring' })).toBeVisible();
  const readings = page.getByRole('row', { name: /°C/ }).getByRole('cell').last();
  await expect(readings).toHaveText(/[3-9]/, { timeout: 30_000 });
  await page.getByRole('button', { name: 'Stop recording' }).click();
  await expect(page.getByRole('heading', { name: 'P1 · done' })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('textbox', { name: 'Note' }).fill('Behind the door');
  await page.getByRole('textbox', { name: 'Name of the point' }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeEnabled();
  await page.reload();
  await page.getByRole('button', { name: 'P1 · done' }).click();
  await expect(page.getByRole('textbox', { name: 'Note' })).toHaveValue('Behind the door');
  expect(consoleErrors).toEqual([]);
});

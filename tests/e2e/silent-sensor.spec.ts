import { expect, expectAccessible, test } from './application-fixture.ts';
import { openProvision, plugAnother } from './provision-page.ts';

test('a board whose sensor is silent needs a person, with the wires as the remedy; its port has its name', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await openProvision(page, application);
  await plugAnother(page, 'Whose sensor does not answer');
  await expect(page.getByRole('row', { name: /Demo board 1/ })).toContainText('Blank');
  await page.getByLabel('Wi-Fi network').fill('Demo');
  await page.getByLabel('This network has no password').check();
  await page.getByRole('button', { name: 'Flash 1 board' }).click();

  const lane = page.getByRole('region', { name: 'DEMO-04' });
  await expect(lane).toContainText('Needs you', { timeout: 60_000 });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 needs you');
  await expect(lane).toContainText('Demo board 1 demo-board-1');
  await expect(lane.getByRole('heading', { name: 'The sensor on this board does not answer' })).toBeVisible();
  await expect(lane).toContainText('The board is online at the broker, but its DHT22 sent no value.');
  await expect(lane).toContainText('The data wire is the usual cause: it belongs on GPIO 17.');
  await expect(lane.getByText('DATA to GPIO 17')).toBeVisible();
  const steps = lane.getByRole('listitem');
  await expect(steps.filter({ hasText: 'Reach broker' })).toHaveClass(/done/);
  await expect(steps.filter({ hasText: 'First live reading' })).toHaveClass(/failed/);
  await expectAccessible(page);

  const log = page.getByRole('region', { name: 'Serial log' });
  await expect(log.locator('code')).toContainText(/^Demo board 1 .*dht22: no response pulse/);
  // Tried again, it is still silent: nothing is flashed anew, and the finding stands.
  await lane.getByRole('button', { name: 'Test sensor again' }).click();
  await expect(lane).toContainText('First live reading');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 at work');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 needs you', { timeout: 60_000 });
  await lane.getByRole('button', { name: /^Details/ }).click();
  await expect(log.getByRole('combobox')).toHaveValue('Demo board 1 DEMO-04');
  await lane.getByRole('button', { name: /^Skip/ }).click();
  await expect(lane).toBeHidden();
});

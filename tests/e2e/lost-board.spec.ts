import { expect, expectAccessible, test } from './application-fixture.ts';
import { openProvision, plugAnother } from './provision-page.ts';

test('a board that is unplugged at work gets the words of the doctor in its lane', async ({
  page,
  application,
}) => {
  await openProvision(page, application);
  await page.getByRole('button', { name: 'Plug in a demo board' }).click();
  await plugAnother(page, 'With firmware of another maker');
  await expect(page.getByRole('row', { name: /Demo board 2/ }).first()).toContainText('demo-lamp');
  await page.getByLabel('Wi-Fi network').fill('Demo');
  await page.getByLabel('This network has no password').check();
  await page.getByRole('button', { name: 'Flash 1 board' }).click();
  const lane = page.getByRole('region', { name: 'DEMO-04' });
  await expect(lane.getByRole('listitem').filter({ hasText: 'Connect' })).toHaveClass(/done/);

  // The panel of the other board pulls all of them.
  await page.getByRole('button', { name: 'Boards and settings' }).click();
  await page.getByRole('button', { name: 'Details of the board on Demo board 2' }).click();
  await page.getByRole('button', { name: 'Unplug the demo boards' }).click();
  await page.getByRole('button', { name: 'Flash and verify' }).click();
  await expect(lane).toContainText('Needs you');
  await expect(lane).toContainText('vanished in the middle of the work.');
  await expect(lane).toContainText('plug the board in again and repeat: finished parts are skipped.');
  await expect(lane).not.toContainText('virtual://');
  await expectAccessible(page);
});

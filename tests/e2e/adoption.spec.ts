import { silentLog } from '../../src/main/foundation/log.ts';
import { Database } from '../../src/main/storage/index.ts';
import { mosquitto } from '../support/mosquitto-clients.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';

const mac = '1C:69:20:E9:18:24';
const message =
  '{"device_id":"1C:69:20:E9:18:24","temperature":22.5,"humidity":65.3,"timestamp":"2025-11-03T14:30:00Z"}';

test('a message of an unknown device waits, is adopted, and is in the database with nothing lost', async ({
  page,
  application,
}) => {
  await application.start();
  await page.goto(application.link());
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet');
  await application.accounts.create({
    username: 'installer',
    role: 'sensors',
    mac: null,
    password: 'installer-pass',
  });
  const publish = [
    '-p',
    String(application.ports.mqtt),
    '-u',
    'installer',
    '-P',
    'installer-pass',
    '-q',
    '1',
    '-t',
    `datayoti/sensor/${mac}/data`,
  ];
  expect(await mosquitto('pub', [...publish, '-m', message])).toMatchObject({ code: 0 });

  await page.keyboard.press('Control+5');
  const band = page.getByRole('region', { name: '1 unknown device' });
  await expect(band).toContainText(mac);
  await expect(band).toContainText('22.5 °C');
  await expectAccessible(page);
  await band.getByRole('button', { name: `Adopt ${mac}` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Site code').fill('HCS');
  await dialog.getByLabel('Site name').fill('Harbour Cold Store');
  await dialog.getByLabel('Name', { exact: true }).fill('CR1-01');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Adopt device' }).click();
  await expect(page.getByRole('main').getByRole('status')).toContainText(
    'CR1-01 is adopted; 1 kept message was stored.',
  );
  await expect(page.getByRole('row', { name: /CR1-01/ })).toContainText('22.5');

  await mosquitto('pub', [...publish, '-m', message.replace('22.5', '7.5').replace('14:30:00', '14:31:00')]);
  await expect(page.getByRole('row', { name: /CR1-01/ })).toContainText('7.5');
  const database = new Database({
    address: await application.database(),
    applicationName: 'test',
    poolSize: 1,
    log: silentLog,
  });
  const { rows } = await database.query(
    'select device_mac_addr, temperature, humidity from sensor_data order by time',
  );
  await database.close();
  expect(rows).toEqual([
    { device_mac_addr: mac, temperature: 22.5, humidity: 65.3 },
    { device_mac_addr: mac, temperature: 7.5, humidity: 65.3 },
  ]);
});

test('the keyboard alone: start, palette, adopt, open a device', async ({ page, application }) => {
  await application.start();
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing is running yet');
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** By Tab (or back, by Shift+Tab) alone, to something that shows that it has the focus. */
  const tabTo = async (name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> => {
    for (let step = 0; step < 60; step++) {
      await press(key);
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        const own = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
        const { outlineStyle, outlineWidth, borderColor } = getComputedStyle(element ?? document.body);
        return {
          label: element?.getAttribute('aria-label') ?? own ?? element?.textContent ?? '',
          ring: outlineStyle !== 'none' && outlineWidth !== '0px',
          borderColor,
        };
      });
      if (!name.test(focused.label)) continue;
      expect(focused).toMatchObject({ ring: true });
      return;
    }
    throw new Error(`${key} never reached ${name.source}`);
  };
  await tabTo(/^Start embedded stack/);
  await press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet');
  await application.accounts.create({
    username: 'installer',
    role: 'sensors',
    mac: null,
    password: 'installer-pass',
  });
  await mosquitto('pub', [
    '-p',
    String(application.ports.mqtt),
    '-u',
    'installer',
    '-P',
    'installer-pass',
    '-q',
    '1',
    '-t',
    `datayoti/sensor/${mac}/data`,
    '-m',
    message,
  ]);
  await press('Control+k');
  await expect(page.locator('input.mantine-Spotlight-search')).toBeFocused();
  await page.keyboard.type('Devices');
  await press('Enter');
  await expect(page.getByRole('region', { name: '1 unknown device' })).toBeVisible();
  await tabTo(new RegExp(`^Adopt ${mac}`));
  await press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await tabTo(/^Site code/, 'Shift+Tab');
  await page.keyboard.type('HCS');
  await press('Enter');
  await expect(page.getByRole('main').getByRole('status')).toContainText('is adopted');
  await tabTo(new RegExp(`^${mac}`));
  await press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText(mac);
});

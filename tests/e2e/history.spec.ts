import { connectAsync } from 'mqtt';
import { stories } from '../support/furnished-history.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';
import { chart, dayMs, go, openHistory, plotBox, withDatabase, zoomOf, zoomSpan } from './history-page.ts';

const [calm, warm, silent] = stories.map(({ mac }) => mac);

test.use({ timezoneId: 'Europe/Paris' });

test('a year of readings: ranges, zooming, moving, going back, and a link to the same picture', async ({
  page,
  application,
}) => {
  test.slow();
  await openHistory(page, application);
  const subtitle = page.locator('.page-head .secondary').first();
  await expect(subtitle).toContainText('mean of 30 min with min and max band');
  for (const [range, words] of [
    ['1 year', 'mean of 1 d'],
    ['30 d', 'mean of 2 h'],
    ['24 h', /mean of 1 min|each reading/],
    ['6 h', 'each reading'],
    ['7 d', 'mean of 30 min'],
  ] as const) {
    await page.getByText(range, { exact: true }).click();
    await expect(subtitle).toContainText(words);
  }

  await test.step('dragging zooms, a double click goes back', async () => {
    const { x, y, width, height } = await plotBox(page);
    await page.mouse.move(x + width * 0.25, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.5, y + height / 2, { steps: 6 });
    await page.mouse.up();
    expect((await zoomSpan(page)) / (7 * dayMs)).toBeCloseTo(0.25, 1);
    await expect(subtitle).toContainText('mean of 5 min');
    await page.mouse.dblclick(x + width * 0.6, y + height / 2);
    await expect.poll(() => zoomOf(page)).toBeUndefined();
    await expect(subtitle).toContainText('mean of 30 min');
  });

  await test.step('the wheel zooms at the pointer, shift-drag moves', async () => {
    const { x, y, width, height } = await plotBox(page);
    await page.mouse.move(x + width / 2, y + height / 2);
    for (let turn = 0; turn < 4; turn++) await page.mouse.wheel(0, -120);
    const span = await zoomSpan(page);
    expect(span).toBeLessThan(4.5 * dayMs);
    const before = zoomOf(page);
    await page.keyboard.down('Shift');
    await page.mouse.down();
    await page.mouse.move(x + width * 0.75, y + height / 2, { steps: 6 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await expect.poll(() => zoomOf(page)?.from ?? 0).toBeLessThan((before?.from ?? 0) - span * 0.2);
    expect(await zoomSpan(page)).toBeCloseTo(span, -4);
  });

  await test.step('keys: earlier, nearer, back; not while something is typed', async () => {
    await page.keyboard.press('0');
    await expect.poll(() => zoomOf(page)).toBeUndefined();
    await page.keyboard.press('ArrowLeft');
    expect(await zoomSpan(page)).toBeCloseTo(7 * dayMs, -4);
    await page.keyboard.press('+');
    await expect.poll(() => zoomSpan(page)).toBeLessThan(4 * dayMs);
    await page.keyboard.press('0');
    await expect.poll(() => zoomOf(page)).toBeUndefined();
    await page.getByRole('searchbox', { name: 'Add a sensor' }).fill('CR2-0');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('0');
    await expect(page.getByRole('searchbox', { name: 'Add a sensor' })).toHaveValue(/0/);
    expect(zoomOf(page)).toBeUndefined();
    await page.getByRole('searchbox', { name: 'Add a sensor' }).fill('');
  });

  await test.step('sensors come and go, and the address carries them', async () => {
    await page.getByRole('checkbox', { name: /CR2-02/ }).uncheck();
    await expect(chart(page, 'Temperature')).toHaveAccessibleName(/A, CR1-04: .* B, CR2-05: /);
    await page.getByRole('checkbox', { name: /CR1-01/ }).check();
    await expect(chart(page, 'Temperature')).toHaveAccessibleName(/CR1-01: no reading/);
    const link = page.url();
    await page.goto('about:blank');
    await page.goto(link);
    await expect(chart(page, 'Temperature')).toHaveAccessibleName(/A, CR1-04: .* B, CR2-05: .*CR1-01/);
    await expect(subtitle).toContainText('mean of 30 min');
  });

  await test.step('what a chart says is what plain SQL says', async () => {
    const [from, to] = [Date.now() - 5 * dayMs, Date.now() - 4 * dayMs];
    await go(page, `/history?sensors=${warm ?? ''}&range=${from}~${to}`);
    const { low, high } = await withDatabase(application, async (database) => {
      const { rows } = await database.query<{ low: number; high: number }>(
        `select min(temperature)::float8 as low, max(temperature)::float8 as high from sensor_data
         where device_mac_addr = $1 and time >= to_timestamp($2::float8 / 1000) and time < to_timestamp($3::float8 / 1000)`,
        [warm, from, to],
      );
      return rows[0] ?? { low: 0, high: 0 };
    });
    expect(high).toBeGreaterThan(9);
    await expect(chart(page, 'Temperature')).toHaveAccessibleName(
      `Temperature. A, CR2-02: ${low.toFixed(1)} to ${high.toFixed(1)} °C`,
    );
  });

  await test.step('dates: reversed and future ones are refused with words', async () => {
    await page.getByRole('button', { name: 'Dates' }).click();
    const [from, to] = [page.getByLabel('From (local time)'), page.getByLabel('To (local time)')];
    await from.fill('2026-03-29T12:00');
    await to.fill('2026-03-28T12:00');
    await expect(to).toHaveAccessibleDescription('Must be later than the beginning');
    await expect(page.getByRole('button', { name: 'Show range' })).toBeDisabled();
    await to.fill('2026-03-30T12:00');
    await page.getByRole('button', { name: 'Show range' }).click();
    await expect(subtitle).toContainText('29 Mar 12:00 to 30 Mar 12:00');
    await page.getByRole('button', { name: 'Dates' }).click();
    await from.fill('0002-01-01T00:00');
    await expect(to).toHaveAccessibleDescription('At most 20 years');
    await page.keyboard.press('Escape');
  });

  await test.step('a range without a reading leads to the last one', async () => {
    await go(
      page,
      `/history?sensors=${silent ?? ''}&range=${Date.now() - 700 * dayMs}~${Date.now() - 699 * dayMs}`,
    );
    await page.getByRole('button', { name: 'Show the last readings' }).click();
    await expect(chart(page, 'Temperature')).toHaveAccessibleName(/CR2-05: \d/);
    await page.getByRole('checkbox', { name: /CR2-05/ }).uncheck();
    await expect(page.getByRole('heading', { name: 'No sensor is chosen' })).toBeVisible();
  });
});

test('verdicts, annotations, and new readings at the right edge', async ({ page, application }) => {
  test.slow();
  await openHistory(page, application);
  const row = (name: string) =>
    page
      .getByRole('table')
      .first()
      .getByRole('row', { name: new RegExp(name) });
  await expect(row('CR1-04')).toContainText('Conforms');
  await expect(row('CR2-02')).toContainText('Does not conform');
  await expect(row('CR2-02')).toContainText('48 min');
  await expect(row('CR2-05')).toContainText('Not proven');
  await expect(row('CR2-05')).toContainText('8 h 50 min');
  const spread = page.getByRole('table').nth(1);
  await expect(
    spread
      .getByRole('row', { name: /CR1-04/ })
      .getByRole('cell')
      .nth(5),
  ).toHaveText(/^\d\.\d$/);
  await expectAccessible(page);

  await test.step('an annotation is written, drawn, and removed', async () => {
    await page.getByRole('button', { name: 'Add annotation' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What happened').fill('Door seal replaced');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Save annotation' }).click();
    await expect(page.getByRole('listitem').filter({ hasText: 'Door seal replaced' })).toContainText(
      'CR1-04',
    );
    await page.getByRole('button', { name: 'Remove annotation Door seal replaced' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByText('Door seal replaced')).toBeHidden();
  });

  await test.step('a reading appears in the chart when it is stored', async () => {
    await go(page, `/history?sensors=${calm ?? ''}&range=1h`);
    await expect(chart(page, 'Temperature')).toHaveAccessibleName(/CR1-04: [\d.]+ to [\d.]+ °C/);
    await application.accounts.create({
      username: 'fast',
      role: 'sensors',
      mac: null,
      password: 'installer-pass',
    });
    const client = await connectAsync(`mqtt://127.0.0.1:${application.ports.mqtt}`, {
      username: 'fast',
      password: 'installer-pass',
    });
    await client.publishAsync(
      `datayoti/sensor/${calm ?? ''}/data`,
      JSON.stringify({
        device_id: calm,
        temperature: 21.7,
        humidity: 60,
        timestamp: new Date().toISOString(),
      }),
      { qos: 1 },
    );
    await client.endAsync();
    await expect(chart(page, 'Temperature')).toHaveAccessibleName(/to 21\.7 °C/);
  });

  await test.step('the page of a device has the same charts, and leads here', async () => {
    await go(page, `/devices/${warm ?? ''}`);
    await expect(page.getByRole('img', { name: /^Temperature: \d/ })).toBeVisible();
    await expect(page.getByRole('img', { name: /^Signal and heartbeat: / })).toBeVisible();
    await expect(page.getByRole('img', { name: /^Heartbeats per 15 min: / })).toBeVisible();
    await expect(page.getByText(/^Not heard for 4[789] min$/)).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'History' }).last().click();
    await expect(chart(page, 'Temperature')).toHaveAccessibleName(/^Temperature\. A, CR2-02: /);
  });
});

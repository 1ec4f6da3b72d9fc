import { expect, expectAccessible, test } from './application-fixture.ts';
import { filterTopic, go, inspector, messageRows, openTraffic, publisher } from './traffic-page.ts';

test('clients of the embedded broker, one sent away, and a login that was refused', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await openTraffic(page, application);
  const client = await publisher(application, 'visitor');
  await client.subscribeAsync('hall/#');
  const closed = new Promise((resolve) => client.once('close', () => resolve(undefined)));
  await go(page, '/traffic/clients');
  const row = page.getByRole('row', { name: /^visitor admin-of-test/ });
  await expect(row).toContainText('127.0.0.1');
  await expect(row).toContainText('MQTT 3.1.1');
  await expect(row).toContainText('hall/#');
  await row.getByRole('button', { name: 'Disconnect visitor' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
  await closed;
  await expect(row).toHaveCount(0);

  await expect(page.getByText('Nobody was refused since the stack was started.')).toBeVisible();
  const { connectAsync } = await import('mqtt');
  await expect(
    connectAsync(`mqtt://127.0.0.1:${application.ports.mqtt}`, {
      username: 'admin-of-test',
      password: 'wrong',
      clientId: 'burglar',
      reconnectPeriod: 0,
    }),
  ).rejects.toThrow();
  const refused = page.getByRole('row', { name: /Wrong password/ });
  await expect(refused).toContainText('admin-of-test');
  await expect(refused).toContainText('burglar');
  await expectAccessible(page);
  await page.getByRole('textbox', { name: 'Client, account or address' }).fill('nobody');
  await expect(page.getByRole('heading', { name: 'No client matches' })).toBeVisible();
});

test('another broker: tried, kept, looked at, lost and found again', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.slow();
  expect(consoleErrors).toEqual([]);
  await openTraffic(page, application);
  const client = await publisher(application, 'other-way');
  await page.getByRole('combobox', { name: 'Broker' }).click();
  await page.getByRole('option', { name: 'Other brokers' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('button', { name: 'Add a broker' }).click();
  await drawer.getByLabel('Name', { exact: true }).fill('Next door');
  await drawer.getByLabel('Host').fill('mqtt://127.0.0.1');
  await expect(drawer).toContainText('A name or an address alone');
  await drawer.getByLabel('Host').fill('127.0.0.1');
  await drawer.getByLabel('Port').fill(String(application.ports.mqtt));
  await drawer.getByLabel('User name').fill('admin-of-test');
  await drawer.getByLabel('Password', { exact: true }).fill('wrong');
  await drawer.getByRole('button', { name: 'Test the connection' }).click();
  await expect(drawer.getByRole('alert')).toContainText('The broker refuses the account.');
  await drawer.getByLabel('Password', { exact: true }).fill('traffic-pass');
  await drawer.getByRole('button', { name: 'Test the connection' }).click();
  await expect(drawer.getByText(/^Connected and subscribed in/)).toBeVisible();
  await expectAccessible(page);
  await drawer.getByRole('button', { name: 'Save' }).click();
  await drawer.getByRole('button', { name: 'Close' }).click();

  await expect(page.getByRole('combobox', { name: 'Broker' })).toHaveValue('Next door');
  await expect(page.getByText('Connected', { exact: true })).toBeVisible();
  await client.publishAsync('door/bell', 'rings', { qos: 1 });
  await filterTopic(page, 'door/#');
  await expect(messageRows(page).first()).toContainText('rings');
  // Of another broker nobody knows what became of it.
  await messageRows(page).first().click();
  await expect(inspector(page)).toContainText('QoS 1, 5 B, not retained.');
  await expect(inspector(page)).not.toContainText('Stored');

  await go(page, '/stack');
  await page.getByRole('contentinfo').getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByRole('contentinfo').getByRole('button', { name: 'Start' })).toBeEnabled();
  await go(page, '/traffic');
  await expect(page.getByText(/Not connected, again in \d+ s · lost/).first()).toBeVisible();
  // What came before is there still.
  await expect(messageRows(page).first()).toContainText('rings');
  await page.getByRole('combobox', { name: 'Broker' }).click();
  await page.getByRole('option', { name: 'Broker of the stack' }).click();
  await expect(page.getByText('Stack is stopped').first()).toBeVisible();
  await page.getByRole('contentinfo').getByRole('button', { name: 'Start' }).click();
  await expect(page.getByText('Connected', { exact: true })).toBeVisible({ timeout: 60_000 });
  await page.getByRole('combobox', { name: 'Broker' }).click();
  await page.getByRole('option', { name: 'Next door' }).click();
  await expect(page.getByText('Connected · lost once')).toBeVisible({ timeout: 60_000 });
});

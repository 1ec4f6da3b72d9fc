import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { connectAsync, type MqttClient } from 'mqtt';
import { hasMosquitto, startMosquitto } from '../support/mosquitto-broker.ts';
import { makeTlsFiles } from '../support/tls-files.ts';
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

const pem = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');

const choose = async (page: Page, field: string, option: string): Promise<void> => {
  await page.getByRole('combobox', { name: field }).click();
  await page.getByRole('option', { name: option }).click();
};

test('a Mosquitto with TLS, then over WebSocket; MQTT 5, huge messages, and one that drops again and again', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.skip(!hasMosquitto, 'Mosquitto is not installed');
  test.slow();
  expect(consoleErrors).toEqual([]);
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-tls-'));
  const { server, client } = await makeTlsFiles(folder);
  const broker = await startMosquitto({
    tls: {
      cert: pem(server, 'cert.pem'),
      key: pem(server, 'key.pem'),
      clientCa: pem(server, 'ca.pem'),
    },
    websocket: true,
  });
  const clients: MqttClient[] = [];
  const connected = async (): Promise<MqttClient> => {
    const { port, username, password } = broker;
    const options = {
      host: '127.0.0.1',
      port,
      username,
      password,
      protocolVersion: 5,
      reconnectPeriod: 0,
    } as const;
    const one = await connectAsync(options);
    one.on('error', () => undefined);
    clients.push(one);
    return one;
  };
  try {
    await application.start();
    await page.goto(application.link());
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await go(page, '/traffic');
    await choose(page, 'Broker', 'Other brokers');
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('button', { name: 'Add a broker' }).click();
    await drawer.getByLabel('Name', { exact: true }).fill('Plant');
    await choose(page, 'Connection', 'MQTT over TLS');
    await expect(drawer.getByLabel('Port')).toHaveValue('8883');
    await drawer.getByLabel('Host').fill('127.0.0.1');
    await drawer.getByLabel('Port').fill(String(broker.tlsPort));
    await choose(page, 'Version', 'MQTT 5');
    await drawer.getByLabel('User name').fill(broker.username);
    await drawer.getByLabel('Password', { exact: true }).fill(broker.password);
    const tried = drawer.getByRole('button', { name: 'Test the connection' });
    await tried.click();
    await expect(drawer.getByRole('alert')).toContainText('issued by an authority that is not trusted here');
    await drawer.getByLabel('Authority: from a file …').setInputFiles(join(server, 'ca.pem'));
    await expect(drawer.getByLabel('Authority', { exact: true })).toHaveValue(/BEGIN CERTIFICATE/);
    await tried.click();
    await expect(drawer.getByRole('alert')).toContainText('The broker wants a certificate of the client.');
    await drawer
      .getByLabel('Client certificate: from a file …', { exact: true })
      .setInputFiles(join(client, 'cert.pem'));
    await drawer
      .getByLabel('Key of the client certificate: from a file …')
      .setInputFiles(join(client, 'key.pem'));
    await expect(drawer.getByLabel('Key of the client certificate', { exact: true })).toHaveValue(
      /PRIVATE KEY/,
    );
    await tried.click();
    await expect(drawer.getByText(/^Connected and subscribed in/)).toBeVisible();
    // What an MQTT 5 broker says of itself.
    await expect(drawer.getByRole('status')).toContainText('topicAliasMaximum');
    await expectAccessible(page);
    await drawer.getByRole('button', { name: 'Save' }).click();
    await drawer.getByRole('button', { name: 'Close' }).click();
    await expect(page.getByRole('combobox', { name: 'Broker' })).toHaveValue('Plant');
    await expect(page.getByText('Connected', { exact: true })).toBeVisible();

    const other = await connected();
    await other.publishAsync('plant/door', 'open', {
      qos: 2,
      properties: { contentType: 'text/plain', userProperties: { unit: '°C' } },
    });
    // A megabyte of JSON, and a name as long as MQTT allows: each shown in part, and the page goes on.
    const values = Array.from({ length: 110_000 }, (_, index) => 10_000_000 + index);
    const megabyte = JSON.stringify({ first: 'of many', values });
    expect(megabyte.length).toBeGreaterThan(980_000);
    await other.publishAsync('plant/large', megabyte, { qos: 1 });
    await other.publishAsync(`plant/${'é'.repeat(32_764)}`, 'the longest name', { qos: 1 });
    await filterTopic(page, 'plant/#');
    await expect(messageRows(page)).toHaveCount(3);
    const message = inspector(page);
    await messageRows(page).filter({ hasText: 'open' }).click();
    await expect(message).toContainText('QoS 2');
    await expect(message.getByRole('definition').filter({ hasText: '°C' })).toBeVisible();
    await expect(message).toContainText('text/plain');
    await messageRows(page).filter({ hasText: 'of many' }).click();
    await expect(message.getByRole('region', { name: 'JSON' })).toContainText('"of many"', {
      timeout: 60_000,
    });
    await expect(message).toContainText('Deeper or longer than what can be shown');
    expect(await message.locator('.json-line').count()).toBeLessThan(200);
    await message.getByRole('button', { name: 'Text' }).click();
    await expect(message.getByRole('button', { name: /^Show more \(20.000 of / })).toBeVisible();
    await message.getByRole('button', { name: 'Hex' }).click();
    await expect(message.getByRole('region', { name: 'Hex' })).toContainText('7b 22 66 69 72 73 74');
    expect(await message.locator('.hex-row').count()).toBeLessThan(200);
    await messageRows(page).filter({ hasText: 'the longest name' }).click();
    await expect(message).toContainText('(32770 characters)');
    await expect(message).toContainText('QoS 1, 16 B');
    await expectAccessible(page);

    await filterTopic(page, 'after/#');
    await page.getByRole('button', { name: /^Resume/ }).click();
    for (const round of [1, 2, 3]) {
      await broker.kill();
      await expect(page.getByText(/Not connected, again in \d+ s/).first()).toBeVisible();
      await broker.restart();
      const lost = round === 1 ? 'lost once' : `lost ${round} times`;
      await expect(page.getByText(`Connected · ${lost}`)).toBeVisible({ timeout: 30_000 });
      await (await connected()).publishAsync('after/drop', `round ${round}`, { qos: 1 });
      await expect(messageRows(page)).toHaveCount(round);
      await expect(messageRows(page).first()).toContainText(`round ${round}`);
    }

    await choose(page, 'Broker', 'Other brokers');
    await drawer.getByRole('button', { name: 'Edit Plant' }).click();
    await expect(drawer.getByLabel('Key of the client certificate', { exact: true })).toHaveValue('');
    await choose(page, 'Connection', 'WebSocket, not encrypted');
    await drawer.getByLabel('Port').fill(String(broker.websocketPort));
    await drawer.getByRole('button', { name: 'Save' }).click();
    await drawer.getByRole('button', { name: 'Close' }).click();
    await expect(page.getByText(/^Connected/)).toBeVisible({ timeout: 30_000 });
    await (await connected()).publishAsync('after/drop', 'over the web', { qos: 1 });
    await expect(messageRows(page).first()).toContainText('over the web');
  } finally {
    for (const one of clients) await one.endAsync(true);
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

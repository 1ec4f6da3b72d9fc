import type { Page } from '@playwright/test';
import { connectAsync, type MqttClient } from 'mqtt';
import type { TestApplication } from '../support/application.ts';
import { expect } from './application-fixture.ts';

const password = 'traffic-pass';

/** The demo's three sensors send, and their traffic is on the screen. */
export async function openTraffic(page: Page, application: TestApplication): Promise<void> {
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online', {
    timeout: 60_000,
  });
  await page.keyboard.press('Control+4');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Live traffic');
  await expect(page.getByRole('treeitem', { name: /^datayoti / })).toBeVisible();
}

/** A client of the embedded broker that may do everything. */
export async function publisher(application: TestApplication, clientId: string): Promise<MqttClient> {
  const accounts = await application.accounts.list();
  if (!accounts.some(({ username }) => username === 'admin-of-test'))
    await application.accounts.create({ username: 'admin-of-test', role: 'admin', mac: null, password });
  return connectAsync(`mqtt://127.0.0.1:${application.ports.mqtt}`, {
    clientId,
    username: 'admin-of-test',
    password,
    reconnectPeriod: 0,
  });
}

export const go = (page: Page, hash: string): Promise<void> =>
  page.evaluate((text) => {
    location.hash = text;
  }, hash);

export const messageRows = (page: Page) =>
  page.getByRole('grid', { name: 'Messages' }).locator('[role=row][aria-rowindex]:not([aria-rowindex="1"])');

export const inspector = (page: Page) => page.getByRole('region', { name: 'One message' });

/** Types into the field of the topic filter, whose rows then are of that filter. */
export async function filterTopic(page: Page, topic: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Topic, + and # allowed' });
  await field.fill(topic);
  await field.press('Enter');
}

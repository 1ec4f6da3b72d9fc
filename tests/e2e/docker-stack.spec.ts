import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Page } from '@playwright/test';
import { testApplication, type TestApplication } from '../support/application.ts';
import { hasEngine, localEngine } from '../support/container-engine.ts';
import { freePort } from '../support/free-port.ts';
import { ensureStackImages, imageVariables, stackImages } from '../support/stack-images.ts';
import { removeProject } from '../support/stack-folder.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';

const title = (page: Page) => page.getByRole('heading', { level: 1 });
const docker = (...args: readonly string[]): string => execFileSync('docker', args, { encoding: 'utf8' });
/** As the published start script leaves a database when it fails half-way. */
const halfInitialised = `drop schema field cascade;
  drop table sensor_data cascade; drop table device_heartbeats cascade; drop table devices, sites cascade;
  create table sites (id serial primary key, site_ref varchar(50) unique not null, site_name varchar(255),
    description text, created_at timestamptz default now(), updated_at timestamptz default now());
  create table devices (id serial primary key, device_mac_addr varchar(17) unique not null,
    site_ref varchar(50) references sites (site_ref), created_at timestamptz default now(),
    updated_at timestamptz default now());
  insert into sites (site_ref, site_name) values ('HOME', 'kept');`;

test.skip(!hasEngine, 'no container engine can run here');

test.describe('the Docker stack on its page', () => {
  let application: TestApplication;
  let project: string;
  let grafanaImage: string;
  let grafanaPort: number;

  test.beforeAll(async () => {
    test.setTimeout(600_000);
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    project = `dyt${randomBytes(4).toString('hex')}`;
    grafanaImage = `${project}-grafana:test`;
    docker('tag', stackImages.grafana, grafanaImage);
    grafanaPort = await freePort();
    application = await testApplication({
      firstRunDone: true,
      ready: true,
      environment: {
        ...imageVariables,
        GRAFANA_IMAGE: grafanaImage,
        COMPOSE_PROJECT_NAME: project,
        INGESTOR_IMAGE: `${project}-ingestor:test`,
      },
      settings: { grafanaPort, dockerEngine: 'unix:///var/run/docker.sock' },
    });
  });
  test.afterAll(async () => {
    await application.cleanUp();
    const engine = await localEngine();
    await removeProject(engine, project);
    await engine.removeImage(grafanaImage).catch(() => undefined);
    await engine.close();
  });

  test('switched to, looked into, changed from outside and mended, and removed', async ({
    page,
    consoleErrors,
  }) => {
    test.setTimeout(420_000);
    expect(consoleErrors).toEqual([]);
    await application.start();
    await page.goto(application.link());
    await expect(page.getByRole('contentinfo')).toContainText('Embedded');
    await page.keyboard.press('Control+3');
    await expect(title(page)).toHaveText('Embedded stack is running');
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(grafanaPort, '127.0.0.1', resolve));
    await page.getByRole('button', { name: 'Docker: switch and start' }).click();
    const dialog = page.getByRole('dialog', { name: 'Start the Docker stack' });
    await expect(dialog).toContainText('What it stored stays on this computer');
    await expect(dialog).toContainText(`Port ${grafanaPort}, which grafana needs, is taken`);
    await expect(dialog.getByRole('button', { name: 'Switch and start' })).toBeDisabled();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: /^Use port \d+/ }).click();
    await expect(dialog).not.toContainText('is taken');
    other.close();
    await dialog.getByRole('button', { name: 'Switch and start' }).click();
    // Called off on the way; the next start goes on from there.
    await page.getByRole('button', { name: 'Cancel the start' }).click();
    await expect(title(page)).toHaveText('Docker stack is stopped', { timeout: 60_000 });
    const own = `label=com.docker.compose.project=${project}`;
    await expect.poll(() => docker('ps', '-q', '--filter', own), { timeout: 60_000 }).toBe('');
    await expect(page.getByRole('main').getByRole('alert')).toHaveCount(0);
    await page.getByRole('main').getByRole('button', { name: 'Start stack', exact: true }).click();
    await dialog.getByRole('button', { name: 'Start stack', exact: true }).click();
    const steps = page.getByRole('region', { name: 'Progress of the start' });
    await expect(steps).toContainText('Wait until healthy');
    await expect(title(page)).toHaveText('Docker stack is running', { timeout: 120_000 });
    await expect(steps).toBeHidden();

    const containers = page.getByRole('region', { name: 'Containers' });
    const services = ['mosquitto', 'postgres', 'ingestor', 'grafana'];
    for (const service of services) {
      const row = containers.getByRole('listitem').filter({ hasText: service }).first();
      await expect(row).toContainText('Healthy', { timeout: 30_000 });
    }
    const broker = containers.getByRole('listitem').filter({
      has: page.getByRole('heading', { name: 'mosquitto' }),
    });
    await expect(broker).toContainText(String(application.ports.mqtt));
    await expect(broker).toContainText(/\d+(\.\d)? %/);
    await expect(broker).toContainText(/MB\s\/\s134\sMB/);
    const flow = page.getByRole('region', { name: 'The way of a reading' });
    await expect(flow).toContainText('Grafana');
    await expect(flow).toContainText('TimescaleDB');
    await expectAccessible(page);

    const log = page.getByRole('log', { name: 'Log' });
    await page.getByRole('radiogroup', { name: 'Part of the stack' }).getByText('postgres').click();
    await expect(log).toContainText('ready to accept connections');

    await broker.getByRole('button', { name: 'Restart mosquitto' }).click();
    await expect(broker).toContainText(/Up for\s*\d s/);
    await expect(broker).toContainText('Healthy');

    // Somebody changes a container behind the application's back.
    docker('update', '--memory', '200m', '--memory-swap', '200m', `${project}-mosquitto-1`);
    const drift = page.getByRole('group', { name: 'Not as compose.yaml says' });
    await expect(drift).toContainText('mosquitto, memory limit');
    await expectAccessible(page);
    await drift.getByRole('button', { name: 'Apply' }).click();
    await expect(drift).toBeHidden({ timeout: 60_000 });
    await expect(broker).toContainText(/MB\s\/\s134\sMB/);

    const grafana = page.getByRole('region', { name: 'Grafana' });
    const password = docker('exec', `${project}-grafana-1`, 'cat', '/run/secrets/gf_admin_password').trim();
    expect(await page.content()).not.toContain(password);
    await grafana.getByRole('button', { name: 'Show sign-in' }).click();
    await expect(grafana).toContainText(password);
    await grafana.getByRole('button', { name: 'Hide sign-in' }).click();
    expect(await page.content()).not.toContain(password);

    const passwords = page.getByRole('region', { name: 'Passwords' });
    await passwords.getByRole('button', { name: 'New passwords' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'New passwords' }).click();
    await expect(passwords).toContainText('All passwords are new.', { timeout: 90_000 });
    await grafana.getByRole('button', { name: 'Show sign-in' }).click();
    await expect(grafana).not.toContainText(password);
    await passwords.getByRole('button', { name: 'Export .env' }).click();
    const saving = page.waitForEvent('download');
    await page.getByRole('dialog').getByRole('button', { name: 'Export .env' }).click();
    const saved = await readFile(await (await saving).path(), 'utf8');
    expect(saved).toMatch(/^PG_PASSWORD=\S{24,}$/m);
    await passwords
      .getByLabel('Import .env')
      .setInputFiles({ name: '.env', mimeType: 'text/plain', buffer: Buffer.from(saved) });
    await expect(passwords).toContainText('Taken over at the next start');

    execFileSync('docker', ['build', '-q', '-t', grafanaImage, '-'], {
      input: `FROM ${stackImages.grafana}\nLABEL version=2\n`,
      env: { ...process.env, DOCKER_BUILDKIT: '0' },
    });
    const care = page.getByRole('region', { name: 'Update and repair' });
    await care.getByRole('button', { name: 'Update images' }).click();
    const update = page.getByRole('dialog', { name: 'Update to new images' });
    await expect(update).toContainText('the stack goes back to the images of before');
    await update.getByRole('button', { name: 'Update images' }).click();
    await expect(care).toContainText('Updating the images');
    await expect(care).toContainText('Now on new images: grafana', { timeout: 120_000 });
    await expect(care).toContainText('Backup made before: ');
    await expect(title(page)).toHaveText('Docker stack is running');
    const running = docker('inspect', '-f', '{{.Config.Labels.version}}', `${project}-grafana-1`);
    expect(running.trim()).toBe('2');

    const psql = ['psql', '-X', '-q', '-A', '-t', '-U', 'datayoti', '-d', 'datayoti_db', '-c'];
    const sql = (text: string): string =>
      docker('exec', '-u', 'postgres', `${project}-postgres-1`, ...psql, text).trim();
    sql(halfInitialised);
    await page.getByRole('main').getByRole('button', { name: 'Restart stack' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restart stack' }).click();
    await expect(title(page)).toHaveText('Problem: The database was left half-initialised', {
      timeout: 120_000,
    });
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Repair database' }).first().click();
    const repair = page.getByRole('dialog', { name: 'Repair a half-initialised database' });
    await expect(repair).toContainText('Every row stays.');
    await repair.getByRole('button', { name: 'Repair database' }).click();
    await expect(care).toContainText('The database is whole, and the stack runs.', { timeout: 120_000 });
    await expect(title(page)).toHaveText('Docker stack is running');
    expect(sql('select site_ref, site_name from sites')).toBe('HOME|kept');

    await page.getByRole('button', { name: 'Remove …' }).click();
    const remove = page.getByRole('dialog', { name: 'Remove the Docker stack' });
    await remove.getByRole('radio', { name: /^Containers and data/ }).click();
    const confirm = remove.getByRole('button', { name: 'Remove with all data' });
    await expect(confirm).toBeDisabled();
    await remove.getByLabel(`Type ${project} to delete its data`).fill('datayoti');
    await expect(confirm).toBeDisabled();
    await expect(remove.getByRole('button', { name: 'Back up first' })).toBeEnabled();
    await expectAccessible(page);
    await remove.getByLabel(`Type ${project} to delete its data`).fill(project);
    await confirm.click();
    await expect(remove).toBeHidden({ timeout: 60_000 });
    await expect(title(page)).toHaveText('Docker stack is stopped');
    expect(docker('ps', '-aq', '--filter', own)).toBe('');
    expect(docker('volume', 'ls', '-q', '--filter', own)).toBe('');

    await page.getByRole('button', { name: 'Embedded: switch and start' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Switch and start' }).click();
    await expect(title(page)).toHaveText('Embedded stack is running');
    await page.goto('about:blank');
  });
});

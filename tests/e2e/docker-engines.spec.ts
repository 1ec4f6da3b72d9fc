import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testApplication, type TestApplication } from '../support/application.ts';
import { hasEngine } from '../support/container-engine.ts';
import { hasSshServer, startSshServer, type SshServer } from '../support/ssh-server.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';

test.skip(!hasEngine || !hasSshServer, 'no container engine or no ssh server can run here');

test.describe('engines of other machines', () => {
  let folder: string;
  let server: SshServer;
  let application: TestApplication;

  test.beforeAll(async () => {
    test.setTimeout(120_000);
    folder = mkdtempSync(join(tmpdir(), 'datayoti-engines-'));
    server = await startSshServer(join(folder, 'ssh'));
    const HOME = join(folder, 'home');
    mkdirSync(join(HOME, '.ssh'), { recursive: true });
    cpSync(server.key, join(HOME, '.ssh', 'id_ed25519'));
    application = await testApplication({ environment: { HOME, SSH_AUTH_SOCK: '' } });
  });
  test.afterAll(async () => {
    await application.cleanUp();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the key of an ssh host is compared and trusted; one that changed is refused until the old one is forgotten', async ({
    page,
    consoleErrors,
  }) => {
    expect(consoleErrors).toEqual([]);
    await application.start();
    await page.goto(application.link());
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.goto(`${new URL(page.url()).origin}/#/stack`);
    await page.getByRole('button', { name: 'Choose engine and addresses' }).click();
    const drawer = page.getByRole('dialog', { name: 'Docker engine' });
    const address = `ssh://root@127.0.0.1:${server.port}`;
    await drawer.getByRole('textbox', { name: 'Add another engine' }).fill(address);
    await page.keyboard.press('Enter');
    const engine = drawer.getByRole('listitem').filter({ hasText: address });
    const trust = async (): Promise<void> => {
      const fingerprint = await server.fingerprint();
      await expect(engine.getByRole('alert')).toContainText(fingerprint);
      await engine.getByRole('button', { name: 'Trust this machine' }).click();
      const asked = page.getByRole('dialog', { name: 'Trust this machine' });
      await expect(asked).toContainText(fingerprint);
      await asked.getByRole('button', { name: 'Trust this machine' }).click();
      await expect(engine).toContainText('Docker Engine');
      await expect(engine).toContainText(/\d+ CPUs? · .* memory · .* disk free/);
      await expect(engine.getByRole('alert')).toHaveCount(0);
    };

    await expect(engine.getByRole('button', { name: 'Forget the old key' })).toHaveCount(0);
    await trust();
    // Trusted once, it stays so.
    await drawer.getByRole('button', { name: 'Look again' }).click();
    await expect(engine).toContainText('Docker Engine');
    await expect(engine.getByRole('button', { name: 'Trust this machine' })).toHaveCount(0);

    await server.renewHostKey();
    await drawer.getByRole('button', { name: 'Look again' }).click();
    await expect(engine.getByRole('alert')).toContainText('shows another key than before');
    await expect(engine.getByRole('button', { name: 'Trust this machine' })).toHaveCount(0);
    await expectAccessible(page);
    await engine.getByRole('button', { name: 'Forget the old key' }).click();
    await page
      .getByRole('dialog', { name: 'Forget the old key' })
      .getByRole('button', { name: 'Forget the old key' })
      .click();
    await trust();
    await page.goto('about:blank');
  });
});

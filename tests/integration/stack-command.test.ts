import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../support/command-line.ts';
import { hasEngine } from '../support/container-engine.ts';
import { newDataFolder } from '../support/embedded-application.ts';
import { hasSshServer, startSshServer } from '../support/ssh-server.ts';

interface Answer {
  readonly engines: readonly {
    readonly address: string;
    readonly description: { readonly product: string; readonly freeDiskBytes: number } | null;
    readonly error: { readonly code: string } | null;
    readonly remedy: string | null;
  }[];
}

const answerOf = (text: string): Answer => JSON.parse(text) as Answer;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-stack-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('stack engines: one that is not there, with the remedy for this system, in JSON and in lines', async () => {
  const address = `unix://${join(folder, 'none.sock')}`;
  const asJson = await runCommand(['stack', 'engines', '--engine', address, '--json']);
  expect([asJson.code, asJson.stderr]).toEqual([1, '']);
  expect(answerOf(asJson.stdout).engines).toMatchObject([
    { address, description: null, error: { code: 'engine.not-running' } },
  ]);
  const lines = await runCommand(['stack', 'engines', '--engine', address]);
  expect(lines.code).toBe(1);
  expect(lines.stdout).toContain('-> ');
  if (process.platform === 'linux') expect(lines.stdout).toContain('sudo systemctl start docker');
  const nonsense = await runCommand(['stack', 'engines', '--engine', 'nonsense://x', '--json']);
  expect([nonsense.code, JSON.parse(nonsense.stdout)]).toMatchObject([
    1,
    { error: { code: 'engine.address-invalid' } },
  ]);
});

test('stack engines: those that a person added on the page are asked, too', async () => {
  const address = `unix://${join(folder, 'added.sock')}`;
  const { folder: above, data } = newDataFolder({ knownEngines: [address] });
  const { stdout } = await runCommand(['stack', 'engines', '--data', data, '--json']);
  rmSync(above, { recursive: true });
  expect(answerOf(stdout).engines).toContainEqual(
    expect.objectContaining({ address, source: 'given', description: null }),
  );
});

describe.skipIf(!hasEngine)('with an engine', () => {
  test('stack engines and doctor name it', async () => {
    const { code, stdout, stderr } = await runCommand(['stack', 'engines', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(answerOf(stdout).engines[0]).toMatchObject({
      address: 'unix:///var/run/docker.sock',
      description: { product: 'Docker Engine' },
      error: null,
      remedy: null,
    });
    const doctor = await runCommand(['doctor', '--data', join(folder, 'none'), '--json']);
    const { checks } = JSON.parse(doctor.stdout) as { checks: readonly { id: string; status: string }[] };
    expect(checks.find(({ id }) => id === 'engine.docker')?.status).toBe('ok');
  });

  test('an account that may not use it is told how to be allowed to', async () => {
    const program = fileURLToPath(new URL('../../bin/datayoti.mjs', import.meta.url));
    // The engine's socket belongs to root and the group docker, of which the account 65534 is no member.
    const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const { stdout } = await new Promise<{ stdout: string }>((resolve) =>
      execFile(
        'setpriv',
        [...nobody, process.execPath, program, 'stack', 'engines', '--json'],
        { env: { PATH: process.env['PATH'], HOME: '/nonexistent' } },
        (_, stdout) => resolve({ stdout }),
      ),
    );
    expect(answerOf(stdout).engines[0]).toMatchObject({
      error: { code: 'engine.access-denied' },
      remedy: expect.stringContaining('sudo usermod -aG docker "$USER"') as unknown,
    });
  });

  test.skipIf(!hasSshServer)('an ssh host is trusted, used and forgotten', async () => {
    const server = await startSshServer(join(folder, 'ssh'));
    try {
      const address = `ssh://root@127.0.0.1:${server.port}`;
      const data = ['--data', join(folder, 'data')];
      const HOME = join(folder, 'home');
      mkdirSync(join(HOME, '.ssh'), { recursive: true });
      cpSync(server.key, join(HOME, '.ssh', 'id_ed25519'));
      const look = async () => {
        const { stdout } = await runCommand(['stack', 'engines', '--engine', address, '--json', ...data], {
          HOME,
        });
        return answerOf(stdout).engines[0];
      };
      expect(await look()).toMatchObject({ error: { code: 'engine.host-key-unknown' } });
      const trusted = await runCommand(['stack', 'trust', address, await server.fingerprint(), ...data]);
      expect([trusted.code, trusted.stderr]).toEqual([0, '']);
      expect(await look()).toMatchObject({ error: null, description: { product: 'Docker Engine' } });
      expect((await runCommand(['stack', 'forget', address, ...data])).code).toBe(0);
      expect(await look()).toMatchObject({ error: { code: 'engine.host-key-unknown' } });
    } finally {
      await server.stop();
    }
  });
});

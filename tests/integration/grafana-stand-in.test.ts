import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { canHaveDebianTree, debianTree } from '../support/debian-tree.ts';
import { freePort } from '../support/free-port.ts';
import { alertRules, dashboards, dataSource, grafanaFolder } from '../support/grafana/provisioned-files.ts';
import { until } from '../support/until.ts';

const standIn = fileURLToPath(new URL('../support/grafana-stand-in/grafana-stand-in.py', import.meta.url));
const user = 472;
const passwords = { admin: 'first-admin-pass \u20AC"', reader: 'reader-pass-1' };

/** The stand-in with the files of the stack, as its container would have them; what a test breaks, it must notice. */
describe.skipIf(!canHaveDebianTree)('the stand-in for Grafana', () => {
  let tree: string;
  let house: string;
  let inside: string;
  let port: number;
  const processes: ChildProcess[] = [];

  beforeAll(async () => {
    tree = await debianTree(['python3'], 'usr/bin/python3');
  }, 600_000);

  beforeEach(async () => {
    house = mkdtempSync(join(tree, 'tmp/datayoti-grafana-'));
    inside = house.slice(tree.length);
    chmodSync(house, 0o755);
    for (const folder of ['secrets', 'data']) mkdirSync(join(house, folder));
    chownSync(join(house, 'data'), user, 0);
    cpSync(standIn, join(house, 'run.py'));
    cpSync(grafanaFolder, join(house, 'etc'), { recursive: true });
    secret('gf_admin_password', passwords.admin);
    secret('grafana_reader_password', `${passwords.reader}\n`);
    // The places that a container has at its root lie below a folder of this test.
    edit('provisioning/datasources/datayoti.yaml', '/run/secrets', `${inside}/secrets`);
    edit('provisioning/dashboards/datayoti.yaml', '/etc/grafana/dashboards', `${inside}/etc/dashboards`);
    port = await freePort();
  });

  afterEach(async () => {
    for (const child of processes.splice(0)) {
      if (child.exitCode !== null) continue;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(house, { recursive: true, force: true });
  });

  function secret(name: string, content: string): void {
    const file = join(house, 'secrets', name);
    writeFileSync(file, content, { mode: 0o400 });
    chownSync(file, user, 0);
  }

  function edit(path: string, from: string, to: string): void {
    const file = join(house, 'etc', path);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(from);
    writeFileSync(file, text.replaceAll(from, to));
  }

  const environment = (): Record<string, string> => ({
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    GF_PATHS_CONFIG: `${inside}/etc/grafana.ini`,
    GF_PATHS_DATA: `${inside}/data`,
    GF_PATHS_PROVISIONING: `${inside}/etc/provisioning`,
    GF_SERVER_HTTP_ADDR: '127.0.0.1',
    GF_SERVER_HTTP_PORT: String(port),
    GF_SECURITY_ADMIN_USER: 'keeper',
    GF_SECURITY_ADMIN_PASSWORD__FILE: `${inside}/secrets/gf_admin_password`,
    PG_DATABASE: 'datayoti_db',
    GRAFANA_READER_USER: 'grafana_reader',
  });

  function start(change: Record<string, string | undefined> = {}, as = `${user}:0`) {
    const merged = { ...environment(), ...change };
    const env = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
    const child = spawn('chroot', [`--userspec=${as}`, tree, 'python3', `${inside}/run.py`], { env });
    processes.push(child);
    const said = { text: '' };
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said.text += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, said, ended };
  }

  const get = async (path: string, password?: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      redirect: 'manual',
      ...(password === undefined
        ? {}
        : { headers: { authorization: `Basic ${Buffer.from(`keeper:${password}`).toString('base64')}` } }),
    });

  const healthy = async (): Promise<void> => {
    await until(async () => (await get('/api/health').catch(() => undefined))?.status === 200, {
      what: 'the stand-in is healthy',
    });
  };

  test('starts with the files of the stack, and shows nothing to a stranger', async () => {
    const { said } = start();
    await healthy();
    for (const path of ['/api/user', '/api/datasources', '/api/search']) {
      expect((await get(path)).status).toBe(401);
      expect((await get(path, 'admin')).status).toBe(401);
    }
    expect((await get('/')).status).toBe(302);
    const uids = async (path: string): Promise<readonly string[]> =>
      ((await (await get(path, passwords.admin)).json()) as { uid: string }[])
        .map(({ uid }) => uid)
        .toSorted();
    expect(await uids('/api/datasources')).toEqual([dataSource().uid]);
    expect(await uids('/api/search')).toEqual(
      dashboards()
        .map((board) => board.uid)
        .toSorted(),
    );
    expect(await uids('/api/v1/provisioning/alert-rules')).toEqual(
      alertRules()
        .map((rule) => rule.uid)
        .toSorted(),
    );
    for (const password of Object.values(passwords)) expect(said.text).not.toContain(password);
  });

  test('the password of the first start stays until it is reset', async () => {
    const first = start();
    await healthy();
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    secret('gf_admin_password', 'another one');
    start();
    await healthy();
    expect((await get('/api/user', 'another one')).status).toBe(401);
    expect((await get('/api/user', passwords.admin)).status).toBe(200);
    const reset = [
      'python3',
      `${inside}/run.py`,
      'cli',
      'admin',
      'reset-admin-password',
      '--password-from-stdin',
    ];
    execFileSync('chroot', [`--userspec=${user}:0`, tree, ...reset], {
      env: environment(),
      input: 'another one',
    });
    expect((await get('/api/user', 'another one')).status).toBe(200);
    expect((await get('/api/user', passwords.admin)).status).toBe(401);
  });

  test.each<[string, string, () => Record<string, string | undefined>]>([
    [
      'the password file cannot be read',
      'GF_SECURITY_ADMIN_PASSWORD__FILE',
      () => {
        chownSync(join(house, 'secrets/gf_admin_password'), 0, 0);
        return {};
      },
    ],
    [
      'the password file is missing',
      'GF_SECURITY_ADMIN_PASSWORD__FILE',
      () => {
        rmSync(join(house, 'secrets/gf_admin_password'));
        return {};
      },
    ],
    ['the password is given twice', 'both', () => ({ GF_SECURITY_ADMIN_PASSWORD: 'x' })],
    ['no password is given', 'no administrator', () => ({ GF_SECURITY_ADMIN_PASSWORD__FILE: undefined })],
    [
      'the reader has no password',
      'grafana_reader_password',
      () => {
        rmSync(join(house, 'secrets/grafana_reader_password'));
        return {};
      },
    ],
    [
      'the password of the reader would be expanded',
      'dollar sign',
      () => {
        secret('grafana_reader_password', 'a$HOME');
        return {};
      },
    ],
    ['a variable is not set', 'PG_DATABASE', () => ({ PG_DATABASE: undefined })],
    [
      'the dashboards are missing',
      'etc/dashboards',
      () => {
        rmSync(join(house, 'etc/dashboards'), { recursive: true });
        return {};
      },
    ],
    [
      'a dashboard is cut short',
      'is no dashboard',
      () => {
        writeFileSync(join(house, 'etc/dashboards/site-climate.json'), '{"uid": "x",');
        return {};
      },
    ],
    [
      'no rules are there',
      'alerting',
      () => {
        rmSync(join(house, 'etc/provisioning/alerting'), { recursive: true });
        return {};
      },
    ],
    [
      'there is no configuration',
      'grafana.ini',
      () => {
        rmSync(join(house, 'etc/grafana.ini'));
        return {};
      },
    ],
    [
      'its volume belongs to another',
      'not writable',
      () => {
        chownSync(join(house, 'data'), 0, 0);
        return {};
      },
    ],
  ])('refuses to start where %s', async (_, reason, spoil) => {
    const { ended, said } = start(spoil());
    expect(await ended).toBe(1);
    expect(said.text).toContain('level=error');
    expect(said.text).toContain(reason);
    expect(said.text).not.toContain('Traceback');
  });

  test('refuses to run as root', async () => {
    const { ended, said } = start({}, '0:0');
    expect(await ended).toBe(1);
    expect(said.text).toContain('runs as user 0');
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bin/datayoti.mjs', import.meta.url));
let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'datayoti-nvs-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const configuration = {
  wifiSsid: `Café "漢" #1, 100%`,
  mqttHost: 'laptop.local',
  mqttUser: 'sensor-1',
  siteRef: 'SITE_001',
  temperatureOffset: -0.35,
};

function datayoti(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'nvs', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DATAYOTI_DATA: folder, ...env },
  });
  return { status, stdout, stderr };
}
const answerOf = (run: { readonly stdout: string }): unknown => JSON.parse(run.stdout);

describe('datayoti nvs', () => {
  it('builds an image with passwords from files and the environment, and reads it without showing them', () => {
    writeFileSync(at('config.json'), JSON.stringify(configuration));
    writeFileSync(at('wifi'), `p"ss,w#rd '&%+_. é\n`);
    const args = ['build', at('config.json'), '--size', '0x6000', '-o', at('nvs.bin'), '--json'];
    const built = datayoti([...args, '--wifi-password-file', at('wifi')], {
      DATAYOTI_MQTT_PASSWORD: 'brokerword',
    });
    expect(built).toMatchObject({ status: 0, stderr: '' });
    expect(answerOf(built)).toMatchObject({ file: at('nvs.bin'), bytes: 0x6000 });
    expect(readFileSync(at('nvs.bin')).length).toBe(0x6000);
    if (process.platform !== 'win32') expect(statSync(at('nvs.bin')).mode & 0o077).toBe(0);

    const masked = datayoti(['read', at('nvs.bin'), '--json']);
    expect(masked.status).toBe(0);
    expect(answerOf(masked)).toMatchObject({
      configuration: { ...configuration, mqttPort: 1883, intervalS: 60 },
      schema: 1,
      missing: [],
      problems: [],
    });
    for (const run of [built, masked, datayoti(['read', at('nvs.bin')])])
      expect(run.stdout + run.stderr).not.toMatch(/brokerword|w#rd/);
    expect(answerOf(datayoti(['read', at('nvs.bin'), '--json', '--show-secrets']))).toMatchObject({
      configuration: { wifiPassword: `p"ss,w#rd '&%+_. é`, mqttPassword: 'brokerword' },
    });
  });

  it('changes a configuration in an image and keeps the rest', () => {
    const other = { ...configuration, mqttPassword: 'x', siteRef: 'SITE_002' };
    writeFileSync(at('other.json'), JSON.stringify(other));
    writeFileSync(at('blank.bin'), Buffer.alloc(0x4000, 0xff));
    const args = ['build', at('other.json'), '--size', '16384', '-o', at('merged.bin')];
    const run = datayoti([...args, '--merge', at('blank.bin')]);
    expect(run).toMatchObject({ status: 0, stdout: `Written: ${at('merged.bin')} (16384 bytes)\n` });
    expect(datayoti(['read', at('merged.bin')]).stdout).toMatch(/site_ref +str +SITE_002/);
    expect(datayoti(['read', at('blank.bin')])).toMatchObject({
      status: 0,
      stdout: 'The partition is empty.\n',
    });
  });

  it.each<[string, string, readonly string[], string]>([
    ['a field out of range', JSON.stringify({ ...configuration, intervalS: 1 }), [], 'configuration.invalid'],
    ['a missing password', JSON.stringify(configuration), [], 'configuration.invalid'],
    ['no JSON', '{"wifiPassword": "hidden-in-here', [], 'file.unreadable'],
    [
      'a wrong size',
      JSON.stringify({ ...configuration, mqttPassword: 'x' }),
      ['--size', '5000'],
      'nvs.size-invalid',
    ],
    [
      'a size that is no number',
      JSON.stringify({ ...configuration, mqttPassword: 'x' }),
      ['--size', 'big'],
      'nvs.size-invalid',
    ],
  ])('says what is wrong with %s, and writes nothing', (_case, text, more, code) => {
    writeFileSync(at('wrong.json'), text);
    const args = ['build', at('wrong.json'), '--size', '0x6000', ...more, '-o', at('never.bin'), '--json'];
    const run = datayoti(args, { DATAYOTI_MQTT_PASSWORD: undefined });
    expect(run.status).toBe(1);
    expect(answerOf(run)).toMatchObject({ error: { code } });
    expect(run.stdout + run.stderr).not.toContain('hidden-in-here');
    expect(() => statSync(at('never.bin'))).toThrow('ENOENT');
  });

  it('refuses what is no NVS, what is encrypted, and what is not there', () => {
    writeFileSync(at('noise.bin'), Buffer.alloc(0x3000, 0x42));
    const image = readFileSync(at('nvs.bin'));
    // As with NVS encryption: the pages are in order, the entries make no sense.
    for (let byte = 64; byte < 4096; byte += 1) image[byte] = (image[byte] ?? 0) ^ 0x5a;
    writeFileSync(at('encrypted.bin'), image);
    for (const [name, code] of [
      ['noise.bin', 'nvs.unreadable'],
      ['encrypted.bin', 'nvs.encrypted'],
      ['missing.bin', 'file.unreadable'],
    ] as const) {
      const run = datayoti(['read', at(name), '--json']);
      expect([name, run.status, answerOf(run)]).toEqual([
        name,
        1,
        { error: expect.objectContaining({ code }) as unknown },
      ]);
    }
  });
});

import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(import.meta.url);
let house: string;

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'datayoti-lint-'));
  copyFileSync(join(root, '.oxlintrc.json'), join(house, '.oxlintrc.json'));
});
afterAll(() => rmSync(house, { recursive: true, force: true }));

/** What lint says about a file of that place with that import; in an empty house of its own. */
async function lint(place: string, from: string): Promise<string> {
  const file = join(house, place, 'under-test.ts');
  mkdirSync(join(house, place), { recursive: true });
  writeFileSync(file, `import * as there from '${from}';\nexport const seen = there;\n`);
  const args = [join(root, 'node_modules/oxlint/bin/oxlint'), '--deny-warnings', file];
  return run(process.execPath, args, { cwd: house }).then(
    () => '',
    (error: { stdout?: string }) => error.stdout ?? '',
  );
}

test.each([
  ['src/shared/domain', '../../main/app.ts'],
  ['src/shared/domain', 'node:fs'],
  ['src/renderer/app', '../../main/app.ts'],
  ['src/renderer/app', '../../preload/preload.ts'],
  ['src/main/storage', '../ingest/index.ts'],
  ['src/main/storage', '../hosts/application-root.ts'],
  ['src/main/ingest', '../hosts/application-root.ts'],
  ['src/main/ingest', '../app.ts'],
  ['src/main/ingest', '../devices/index.ts'],
  ['src/main/devices', '../stack/index.ts'],
  ['src/main/settings', '../devices/index.ts'],
  ['src/main/ingest', 'electron'],
  ['src/main/hosts/web', 'electron'],
  ['src/main/hosts', 'electron'],
  ['src/main/hosts/cli', 'electron'],
  ['src/main/hosts/web', '@orpc/server'],
  ['src/renderer/app', 'electron'],
  ['src/renderer/app', '../../shared/contract/provisioning.ts'],
  ['src/simulator', '../main/app.ts'],
])('lint refuses in %s an import of %s', async (place, from) => {
  expect(await lint(place, from)).toContain('no-restricted-imports');
});

test('and lets through what the arrows allow', async () => {
  for (const [place, from] of [
    ['src/main/ingest', '../storage/index.ts'],
    ['src/main/ingest', '../../shared/domain/topics.ts'],
    ['src/renderer/app', '../../shared/contract/orpc-client.ts'],
    ['src/main/hosts/desktop', 'electron'],
  ] as const)
    expect(await lint(place, from)).toBe('');
});

interface BuilderConfig {
  readonly publish: { readonly provider: string; readonly url: string };
  readonly win: { readonly signtoolOptions: { readonly publisherName: readonly string[] } };
  readonly mac: { readonly hardenedRuntime: boolean };
}

/** electron-builder's own reading and its own schema, which refuses unknown names. */
test('the settings of a packaged build are valid, with every fuse set', async () => {
  const builder = createRequire(require.resolve('electron-builder'));
  const { getConfig, validateConfiguration } = builder('app-builder-lib/out/util/config/config') as {
    readonly getConfig: (folder: string, file: string, more: null) => Promise<Record<string, unknown>>;
    readonly validateConfiguration: (config: unknown, log: unknown) => Promise<void>;
  };
  const config = await getConfig(root, 'electron-builder.yml', null);
  await validateConfiguration(config, { isEnabled: false });
  await expect(validateConfiguration({ ...config, asra: true }, { isEnabled: false })).rejects.toThrow(
    'asra',
  );
  expect(config['asar']).toBe(true);
  expect(config['electronFuses']).toEqual({
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  });
});

test('updates come from one https feed of the environment, and their publisher is named', async () => {
  const builder = createRequire(require.resolve('electron-builder'));
  const { loadEnv } = builder('app-builder-lib/out/util/config/load') as {
    readonly loadEnv: (file: string) => Promise<Record<string, string> | null>;
  };
  const { expandMacro } = builder('app-builder-lib/out/util/macroExpander') as {
    readonly expandMacro: (pattern: string, arch: null, info: object) => string;
  };
  const { getConfig: read } = builder('app-builder-lib/out/util/config/config') as {
    readonly getConfig: (folder: string, file: string, more: null) => Promise<BuilderConfig>;
  };
  const { publish, win, mac } = await read(root, 'electron-builder.yml', null);
  expect([publish.provider, mac.hardenedRuntime]).toEqual(['generic', true]);
  expect(win.signtoolOptions.publisherName).toEqual(['DataYoti Field']);
  const set = process.env['DATAYOTI_UPDATE_FEED'];
  try {
    delete process.env['DATAYOTI_UPDATE_FEED'];
    await loadEnv(join(root, 'electron-builder.env'));
    // Nobody can own a name below .invalid (RFC 2606).
    expect(new URL(expandMacro(publish.url, null, {}))).toMatchObject({
      protocol: 'https:',
      hostname: expect.stringMatching(/\.invalid$/) as unknown,
    });
    process.env['DATAYOTI_UPDATE_FEED'] = 'https://example.org/feed';
    await loadEnv(join(root, 'electron-builder.env'));
    expect(expandMacro(publish.url, null, {})).toBe('https://example.org/feed');
  } finally {
    if (set === undefined) delete process.env['DATAYOTI_UPDATE_FEED'];
    else process.env['DATAYOTI_UPDATE_FEED'] = set;
  }
});

test('what npm start builds and runs with is no test dependency', () => {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
  for (const name of [
    'electron',
    'electron-vite',
    'vite',
    '@vitejs/plugin-react',
    'pg',
    'aedes',
    'commander',
  ])
    expect([name, dependencies[name] === undefined, devDependencies[name] === undefined]).toEqual([
      name,
      false,
      true,
    ]);
});

test('the lock file names no place to download from', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
});

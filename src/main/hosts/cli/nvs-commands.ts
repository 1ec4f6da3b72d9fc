import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../shared/domain/app-error.ts';
import { isMissing, writeFileAtomically } from '../../foundation/atomic-file.ts';
import {
  assertReadableNvs,
  configurationHash,
  configurationImage,
  parseDeviceConfiguration,
  parseNvs,
  secretSign,
  storedConfiguration,
  withoutSecrets,
  type NvsEntry,
} from '../../provisioning/index.ts';
import { passwordFrom } from './database-target.ts';

interface BuildOptions {
  readonly size: string;
  readonly output: string;
  readonly merge?: string;
  readonly wifiPasswordFile?: string;
  readonly mqttPasswordFile?: string;
  readonly json?: boolean;
}
interface ReadOptions {
  readonly showSecrets?: boolean;
  readonly json?: boolean;
}

/** `datayoti nvs build|read`: the configuration of a sensor as an NVS partition image, without a board. */
export function addNvsCommands(program: Command, print: (text: string) => void): void {
  const nvs = program.command('nvs').description('configuration of a sensor as an NVS partition image');
  nvs
    .command('build <config>')
    .description('make an image from a JSON file with wifiSsid, mqttHost, mqttUser, siteRef, ...')
    .requiredOption('--size <bytes>', 'size of the NVS partition, for example 0x6000')
    .requiredOption('-o, --output <file>', 'where to write the image')
    .option('--merge <image>', 'image read from the board, of which everything else is kept')
    .option('--wifi-password-file <file>', 'file with the Wi-Fi password (or DATAYOTI_WIFI_PASSWORD)')
    .option('--mqtt-password-file <file>', 'file with the MQTT password (or DATAYOTI_MQTT_PASSWORD)')
    .option('--json', 'answer in JSON')
    .action(async (config: string, options: BuildOptions) => build(config, options, print));
  nvs
    .command('read <image>')
    .description('show what an NVS partition image holds')
    .option('--show-secrets', 'passwords in clear')
    .option('--json', 'answer in JSON')
    .action(async (image: string, options: ReadOptions) => read(image, options, print));
}

async function build(config: string, options: BuildOptions, print: (text: string) => void): Promise<void> {
  const size = Number(options.size);
  const given = await jsonFrom(config);
  const configuration = parseDeviceConfiguration({
    ...given,
    ...(await secret(given, 'wifiPassword', options.wifiPasswordFile, 'DATAYOTI_WIFI_PASSWORD')),
    ...(await secret(given, 'mqttPassword', options.mqttPasswordFile, 'DATAYOTI_MQTT_PASSWORD')),
  });
  const existing = options.merge === undefined ? undefined : await bytesFrom(options.merge);
  const image = configurationImage(configuration, size, existing);
  const file = resolve(options.output);
  // The image holds passwords: readable by its owner only.
  await writeFileAtomically(file, image);
  const hash = configurationHash(configuration);
  if (options.json === true) print(JSON.stringify({ file, bytes: image.length, configurationHash: hash }));
  else print(`Written: ${file} (${image.length} bytes)`);
}

/** A file that is named counts most, then what the configuration says, then the variable. */
async function secret(
  given: Readonly<Record<string, unknown>>,
  field: string,
  file: string | undefined,
  variable: string,
): Promise<Readonly<Record<string, string>>> {
  if (file === undefined && given[field] !== undefined) return {};
  const password = await passwordFrom(file, variable).catch((error: unknown) => {
    throw unreadable(file ?? variable, error);
  });
  return password === undefined ? {} : { [field]: password };
}

async function read(file: string, options: ReadOptions, print: (text: string) => void): Promise<void> {
  const contents = parseNvs(await bytesFrom(file));
  assertReadableNvs(contents);
  const clear = options.showSecrets === true;
  const stored = storedConfiguration(contents.entries);
  const values = stored === undefined ? null : clear ? stored.values : withoutSecrets(stored.values);
  const entries = contents.entries.map((entry) => ({
    namespace: entry.namespace,
    key: entry.key,
    type: entry.type,
    value: !clear && isSecret(entry) ? secretSign : plainValue(entry),
  }));
  if (options.json === true) {
    print(
      JSON.stringify({
        configuration: values,
        schema: stored?.schema ?? null,
        missing: stored?.missing ?? [],
        entries,
        pages: contents.pages,
        problems: contents.problems,
        blank: contents.blank,
      }),
    );
    return;
  }
  if (contents.blank) print('The partition is empty.');
  let namespace = '';
  for (const entry of entries) {
    if (entry.namespace !== namespace) print(`[${entry.namespace}]`);
    ({ namespace } = entry);
    print(`  ${entry.key.padEnd(15)} ${entry.type.padEnd(4)} ${firstLine(entry.value)}`);
  }
  if (stored !== undefined && stored.missing.length > 0) print(`Missing: ${stored.missing.join(', ')}`);
  for (const problem of contents.problems)
    print(
      `Passed over: ${problem.kind}${problem.page === null ? '' : ` on page ${problem.page}`} ${problem.key ?? ''}`.trimEnd(),
    );
}

/** Names under which firmware keeps passwords and keys, ours and ESP-IDF's own (`sta.pswd`, `sta.pmk`). */
function isSecret(entry: NvsEntry): boolean {
  return /pass|pswd|pwd|pmk|psk|secret|token|priv|key/i.test(entry.key);
}

function plainValue(entry: NvsEntry): string | number {
  if (entry.type === 'blob') {
    const text = Buffer.from(entry.value).toString('utf8');
    return text.startsWith('-----BEGIN ') ? text : Buffer.from(entry.value).toString('hex');
  }
  if (entry.type === 'str') return Buffer.from(entry.value).toString('utf8');
  return typeof entry.value === 'bigint' ? entry.value.toString() : entry.value;
}

function firstLine(value: string | number): string {
  const [line = ''] = String(value).split('\n');
  // Control characters of a foreign image must not reach the terminal.
  const safe = line.replace(/\p{Cc}/gu, '\u{fffd}');
  return safe.length > 80 || line !== String(value) ? `${safe.slice(0, 80)}...` : safe;
}

async function jsonFrom(file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = Buffer.from(await bytesFrom(file)).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What JSON.parse says repeats the text, and the text has passwords in it.
    throw new AppError('file.unreadable', `${file} is not JSON.`, { path: file });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new AppError('file.unreadable', `${file} holds no configuration.`, { path: file });
  return value as Readonly<Record<string, unknown>>;
}

async function bytesFrom(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): AppError {
  const why = isMissing(error) ? 'is not there' : 'cannot be read';
  return new AppError('file.unreadable', `${file} ${why}.`, { path: file }, error);
}

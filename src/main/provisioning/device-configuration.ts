import { createHash } from 'node:crypto';
import {
  checkDeviceConfiguration,
  secretFields,
  type DeviceConfiguration,
} from '../../shared/domain/device-configuration.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { mergeNvs, parseNvs, type NvsEntry } from './nvs/index.ts';

/** The firmware's contract: namespace and keys on flash. A newer layout has a higher number in `schema`. */
export const configurationNamespace = 'datayoti';
export const configurationSchema = 1;

type Field = keyof DeviceConfiguration;
interface Slot {
  readonly key: string;
  readonly type: 'u8' | 'u16' | 'u32' | 'i16' | 'str' | 'blob';
  readonly field: Field;
}

/** In the order of writing. */
const slots: readonly Slot[] = [
  { key: 'wifi_ssid', type: 'str', field: 'wifiSsid' },
  { key: 'wifi_pass', type: 'str', field: 'wifiPassword' },
  { key: 'mqtt_host', type: 'str', field: 'mqttHost' },
  { key: 'mqtt_port', type: 'u16', field: 'mqttPort' },
  { key: 'mqtt_tls', type: 'u8', field: 'mqttTls' },
  { key: 'mqtt_ca', type: 'blob', field: 'mqttCa' },
  { key: 'mqtt_user', type: 'str', field: 'mqttUser' },
  { key: 'mqtt_pass', type: 'str', field: 'mqttPassword' },
  { key: 'site_ref', type: 'str', field: 'siteRef' },
  { key: 'dev_name', type: 'str', field: 'name' },
  { key: 'interval_s', type: 'u32', field: 'intervalS' },
  { key: 'dht_gpio', type: 'u8', field: 'dhtGpio' },
  { key: 'dht_type', type: 'u8', field: 'dhtType' },
  { key: 't_off_cdeg', type: 'i16', field: 'temperatureOffset' },
  { key: 'h_off_cpct', type: 'i16', field: 'humidityOffset' },
  { key: 'ntp_host', type: 'str', field: 'ntpHost' },
];
const requiredFields: ReadonlySet<Field> = new Set([
  'wifiSsid',
  'mqttHost',
  'mqttUser',
  'mqttPassword',
  'siteRef',
]);
const inHundredths: ReadonlySet<Field> = new Set(['temperatureOffset', 'humidityOffset']);
const ownKeys: ReadonlySet<string> = new Set(['schema', ...slots.map((slot) => slot.key)]);

/** @throws AppError `configuration.invalid` (data: the first field and reason; the message names all) */
export function parseDeviceConfiguration(input: unknown): DeviceConfiguration {
  const checked = checkDeviceConfiguration(input);
  if (checked.ok) return checked.configuration;
  const [first] = checked.problems;
  const all = checked.problems.map(({ field, reason }) => `${field === '' ? 'the whole' : field}: ${reason}`);
  throw new AppError('configuration.invalid', `The configuration is not valid: ${all.join(', ')}.`, {
    field: first?.field ?? '',
    reason: first?.reason ?? '',
    problems: all.join(', '),
  });
}

/** The entries of the namespace, `schema` first. */
export function configurationEntries(configuration: DeviceConfiguration): readonly NvsEntry[] {
  const namespace = configurationNamespace;
  const entries: NvsEntry[] = [{ namespace, key: 'schema', type: 'u8', value: configurationSchema }];
  for (const { key, type, field } of slots) {
    const value = configuration[field];
    if (value === null) continue;
    if (typeof value === 'string') {
      const text = new TextEncoder().encode(value);
      entries.push({ namespace, key, type: type === 'blob' ? 'blob' : 'str', value: text });
    } else if (type !== 'str' && type !== 'blob') {
      const number = inHundredths.has(field) ? Math.round(Number(value) * 100) : Number(value);
      entries.push({ namespace, key, type, value: number });
    }
  }
  return entries;
}

/**
 * The NVS partition to write: what the board has now, with this configuration in it. Other namespaces, and keys
 * of ours that only the firmware knows, stay.
 *
 * @param existing the partition as read from the board; `undefined` makes a fresh one
 * @param keys content of the board's `nvs_keys` partition, when it has one
 * @throws AppError `nvs.encrypted`, `nvs.unreadable`, `nvs.size-invalid`, `nvs.too-small`
 */
export function configurationImage(
  configuration: DeviceConfiguration,
  size: number,
  existing?: Uint8Array,
  keys?: Uint8Array,
): Uint8Array {
  return mergeNvs(
    parseNvs(existing ?? new Uint8Array(0)),
    {
      namespace: configurationNamespace,
      entries: configurationEntries(configuration),
      owns: (key) => ownKeys.has(key),
    },
    size,
    keys,
  );
}

export interface StoredConfiguration {
  /** Layout version on the board, `null` where it has none. */
  readonly schema: number | null;
  /** What the board has, each value only where it is there in the type that the firmware reads. */
  readonly values: Partial<DeviceConfiguration>;
  /** Required fields that are missing or have another type: the firmware would not start with them. */
  readonly missing: readonly Field[];
  /** Keys of the namespace that nobody here knows. */
  readonly unknownKeys: readonly string[];
}

/** The configuration among the entries of a board; `undefined` where it has none. Values are not checked. */
export function storedConfiguration(entries: readonly NvsEntry[]): StoredConfiguration | undefined {
  const own = new Map(
    entries.filter((entry) => entry.namespace === configurationNamespace).map((entry) => [entry.key, entry]),
  );
  if (own.size === 0) return undefined;
  const values = new Map<Field, unknown>();
  for (const slot of slots) {
    const entry = own.get(slot.key);
    if (entry?.type === slot.type) values.set(slot.field, valueOf(slot.field, entry));
  }
  const schema = own.get('schema');
  return {
    schema: schema?.type === 'u8' ? schema.value : null,
    values: Object.fromEntries(values) as Partial<DeviceConfiguration>,
    missing: [...requiredFields].filter((field) => !values.has(field)),
    unknownKeys: [...own.keys()].filter((key) => !ownKeys.has(key)),
  };
}

function valueOf(field: Field, entry: NvsEntry): string | number | boolean {
  if (entry.type === 'str' || entry.type === 'blob') return Buffer.from(entry.value).toString('utf8');
  const number = Number(entry.value);
  if (field === 'mqttTls') return number !== 0;
  return inHundredths.has(field) ? number / 100 : number;
}

export interface ConfigurationChange {
  readonly field: Field;
  /** `null`: not there. A secret is shown by the same sign whatever it is. */
  readonly before: string | null;
  readonly after: string | null;
}

export const secretSign = '••••••••';

/** What would change on the board; secrets only as changed or not. */
export function configurationDifference(
  before: Partial<DeviceConfiguration>,
  after: Partial<DeviceConfiguration>,
): readonly ConfigurationChange[] {
  return slots
    .map(({ field }) => field)
    .filter((field) => (before[field] ?? null) !== (after[field] ?? null))
    .map((field) => ({ field, before: shown(field, before[field]), after: shown(field, after[field]) }));
}

function shown(field: Field, value: string | number | boolean | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  if (secretFields.has(field)) return value === '' ? '' : secretSign;
  return String(value);
}

/** The same without its secrets, for screens, logs and records. */
export function withoutSecrets(values: Partial<DeviceConfiguration>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => [
      field,
      secretFields.has(field) && value !== '' ? secretSign : value,
    ]),
  );
}

/**
 * SHA-256, hexadecimal, of what a configuration says, to be kept in records: equal configurations have equal
 * hashes. Secrets are left out, since a short passphrase could be found out from a hash that covers it.
 */
export function configurationHash(configuration: DeviceConfiguration): string {
  const said = slots
    .filter(({ field }) => !secretFields.has(field))
    .map(({ key, field }) => [key, configuration[field]]);
  return createHash('sha256')
    .update(JSON.stringify([configurationSchema, said]))
    .digest('hex');
}

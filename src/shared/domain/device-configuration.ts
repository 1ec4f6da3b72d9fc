import { z } from 'zod';
import { utf8Length } from './utf8-length.ts';

/** Why a field is refused; the screens have words for each. */
export const configurationReasons = [
  'required',
  'wrong-type',
  'too-short',
  'too-long',
  'control-characters',
  'not-a-host',
  'not-a-site',
  'not-whole',
  'out-of-range',
  'not-a-choice',
  'not-a-certificate',
  'unknown-field',
] as const;
export type ConfigurationReason = (typeof configurationReasons)[number];

export interface ConfigurationProblem {
  readonly field: string;
  readonly reason: ConfigurationReason;
}

const because =
  (reason: ConfigurationReason) =>
  (issue: { readonly input?: unknown }): ConfigurationReason =>
    issue.input === undefined ? 'required' : reason;

const text = z
  .string({ error: because('wrong-type') })
  .refine((value) => !/\p{Cs}/u.test(value), 'wrong-type')
  .refine((value) => !value.includes('\0'), 'control-characters');
const line = text.refine((value) => !/\p{Cc}/u.test(value), 'control-characters');
const whole = (min: number, max: number) =>
  z
    .number({ error: because('wrong-type') })
    .refine(Number.isInteger, { error: 'not-whole', abort: true })
    .refine((value) => value >= min && value <= max, 'out-of-range');

/** Hundredths fit the board's 16-bit fields. */
const offset = (limit: number) =>
  z
    .number({ error: because('wrong-type') })
    .refine((value) => value >= -limit && value <= limit, 'out-of-range');

/** An IPv4 address, a DNS name or `name.local`; what a board can look up. */
export function isHost(value: string): boolean {
  if (/^\d+(?:\.\d+){3}$/.test(value)) {
    return value.split('.').every((octet) => /^(?:0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255);
  }
  const labels = value.split('.');
  return (
    value.length <= 253 &&
    labels.every((label) => /^(?!-)[\w-]{1,63}(?<!-)$/.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  );
}

const longestCertificateBytes = 8000;

/**
 * What one sensor is told: the keys of the NVS namespace `datayoti`. Limits are those of Wi-Fi (an SSID is 1 to
 * 32 bytes, a passphrase 8 to 63), of the database (a site reference has at most 50 characters) and of the firmware.
 */
export const deviceConfiguration = z
  .strictObject({
    wifiSsid: text.min(1, 'required').refine((value) => utf8Length(value) <= 32, 'too-long'),
    /** Empty: an open network. */
    wifiPassword: text
      .refine((value) => value === '' || Array.from(value).length >= 8, 'too-short')
      .refine((value) => utf8Length(value) <= 63, 'too-long')
      .default(''),
    mqttHost: text.min(1, 'required').refine((value) => value === '' || isHost(value), 'not-a-host'),
    /** Without one: 1883, or 8883 with TLS. */
    mqttPort: whole(1, 65_535).optional(),
    mqttTls: z.boolean({ error: because('wrong-type') }).default(false),
    /** PEM; needed where the broker's certificate comes from an authority of its own. */
    mqttCa: text
      .refine(
        (value) => /^-----BEGIN CERTIFICATE-----\s[\s\S]+-----END CERTIFICATE-----\s*$/.test(value),
        'not-a-certificate',
      )
      .refine((value) => utf8Length(value) <= longestCertificateBytes, 'too-long')
      .nullable()
      .default(null),
    mqttUser: line.min(1, 'required').refine((value) => utf8Length(value) <= 64, 'too-long'),
    mqttPassword: text.min(1, 'required').refine((value) => utf8Length(value) <= 128, 'too-long'),
    siteRef: text
      .min(1, 'required')
      .max(50, 'too-long')
      .refine((value) => value === '' || /^[\w.-]+$/.test(value), 'not-a-site'),
    /** Label shown in logs. */
    name: line.max(60, 'too-long').default(''),
    /** Seconds between two readings. */
    intervalS: whole(5, 86_400).default(60),
    dhtGpio: whole(0, 48).default(17),
    dhtType: z.union([z.literal(11), z.literal(22)], { error: because('not-a-choice') }).default(22),
    /** Added to what the sensor measures: °C and % relative humidity, kept in hundredths. */
    temperatureOffset: offset(300).default(0),
    humidityOffset: offset(100).default(0),
    ntpHost: text.refine((value) => value === '' || isHost(value), 'not-a-host').default('pool.ntp.org'),
  })
  .transform((value) => ({ ...value, mqttPort: value.mqttPort ?? (value.mqttTls ? 8883 : 1883) }))
  .readonly();

export type DeviceConfiguration = z.output<typeof deviceConfiguration>;
/** Only the network, the broker, the account and the site have no default. */
export type DeviceConfigurationInput = z.input<typeof deviceConfiguration>;

/** Fields that are never shown, logged or recorded. */
export const secretFields: ReadonlySet<string> = new Set<keyof DeviceConfiguration>([
  'wifiPassword',
  'mqttPassword',
]);

/** Checks a configuration field by field; every field has at most one problem, the first that it has. */
export function checkDeviceConfiguration(
  input: unknown,
):
  | { readonly ok: true; readonly configuration: DeviceConfiguration }
  | { readonly ok: false; readonly problems: readonly ConfigurationProblem[] } {
  const result = deviceConfiguration.safeParse(input);
  if (result.success) return { ok: true, configuration: result.data };
  const problems = new Map<string, ConfigurationReason>();
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) problems.set(key, 'unknown-field');
      continue;
    }
    const field = issue.path.map(String).join('.');
    if (!problems.has(field)) problems.set(field, reasonOf(issue.message));
  }
  return { ok: false, problems: [...problems].map(([field, reason]) => ({ field, reason })) };
}

function reasonOf(message: string): ConfigurationReason {
  return configurationReasons.find((reason) => reason === message) ?? 'wrong-type';
}

import { AppError } from '../../../shared/domain/app-error.ts';
import { parseEnvFile, writeEnvFile, type StackSecretValues } from './project/index.ts';
import { databaseName, ingestorUser, ownerName } from './stack-variables.ts';

/** Which variable of the published project's `.env` carries which password. */
const passwords = {
  PG_PASSWORD: 'pg_password',
  MQTT_INGESTOR_PASSWORD: 'mqtt_ingestor_password',
  GRAFANA_READER_PASSWORD: 'grafana_reader_password',
  MQTT_PASSWORD: 'mqtt_password',
  GF_SECURITY_ADMIN_PASSWORD: 'gf_admin_password',
} as const satisfies Readonly<Record<string, keyof StackSecretValues>>;

const shortestPassword = 8;

/** The published form, with the passwords: whoever has this text has the stack. */
export function publishedEnv(secrets: StackSecretValues): string {
  return writeEnvFile(
    {
      PG_USER: ownerName,
      PG_PASSWORD: secrets.pg_password,
      PG_DATABASE: databaseName,
      MQTT_INGESTOR_PASSWORD: secrets.mqtt_ingestor_password,
      GRAFANA_READER_PASSWORD: secrets.grafana_reader_password,
      MQTT_USER: ingestorUser,
      MQTT_PASSWORD: secrets.mqtt_password,
      GF_SECURITY_ADMIN_USER: 'admin',
      GF_SECURITY_ADMIN_PASSWORD: secrets.gf_admin_password,
    },
    'Passwords of the DataYoti stack. Keep this file as you keep a key.',
  );
}

/**
 * The passwords of a published `.env`.
 *
 * @throws AppError `compose.invalid` for what is no such file, or a password that a service could not use
 */
export function secretsFromEnv(text: string): Partial<StackSecretValues> {
  const values = parseEnvFile(text);
  const taken: Partial<Record<keyof StackSecretValues, string>> = {};
  for (const [variable, name] of Object.entries(passwords)) {
    const value = values[variable];
    if (value === undefined || value === '') continue;
    const fault = faultOf(name, value);
    if (fault !== undefined)
      throw new AppError('compose.invalid', `.env: ${variable} ${fault}.`, {
        where: variable,
        text: fault,
        line: null,
      });
    taken[name] = value;
  }
  if (Object.keys(taken).length > 0) return taken;
  const fault = 'holds none of the passwords of the stack';
  throw new AppError('compose.invalid', `.env ${fault}.`, { where: '.env', text: fault, line: null });
}

function faultOf(name: keyof StackSecretValues, value: string): string | undefined {
  if (value.length < shortestPassword) return `is shorter than ${shortestPassword} characters`;
  // The database's verifier would need a normal form (RFC 4013) that both sides might see differently.
  if (!/^[\x20-\x7e]+$/.test(value)) return 'holds characters other than printable ASCII';
  // Grafana looks for variables in what it reads from that file.
  if (name === 'grafana_reader_password' && value.includes('$'))
    return 'holds a dollar sign, which Grafana cannot take';
  return undefined;
}

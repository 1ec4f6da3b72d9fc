import type { Account } from '../../../../shared/contract/broker.ts';
import { sensorTopicPrefix, timeTopic } from '../../../../shared/domain/topics.ts';
import { textFile, type StackFiles } from './stack-files.ts';

/** An account with its password in Mosquitto's form `$7$iterations$salt$hash`. */
export type HashedAccount = Pick<Account, 'username' | 'role' | 'mac'> & { readonly hash: string };

/** Accounts of the stack itself, beside those of the person. */
export interface ServiceAccounts {
  /** Reads all sensors and tells the time to boards that reach no NTP server. */
  readonly ingestor: { readonly username: string; readonly hash: string };
  /** Only proves that the broker lets a known client in. */
  readonly health: { readonly username: string; readonly hash: string; readonly password: string };
}

/** uid and gid of `mosquitto` in the official image (its documentation, "Running as non-root"). */
const mosquitto = 1883;
const secret = 0o600;

/**
 * What the broker asks at each login and message, mosquitto.conf(5): `password_file` and `acl_file`.
 *
 * @param notes comment lines that go before the rights
 */
export function brokerAccessFiles(
  accounts: readonly HashedAccount[],
  services: ServiceAccounts,
  notes: readonly string[],
): StackFiles {
  const { ingestor, health } = services;
  const logins = [...accounts, ingestor, health].map(({ username, hash }) => `${username}:${hash}\n`);
  const rights = [
    ...(notes.length === 0 ? [] : [notes.map((line) => `${line}\n`).join('')]),
    ...accounts.map((account) => rightsOf(account.username, topicsOf(account))),
    rightsOf(ingestor.username, [`read ${sensorTopicPrefix}#`, `write ${timeTopic}`]),
    rightsOf(health.username, ['read $SYS/broker/uptime']),
  ];
  const options = { mode: secret, owner: mosquitto };
  return new Map([
    ['mosquitto/passwords', textFile(logins.join(''), options)],
    ['mosquitto/acl', textFile(rights.join('\n'), options)],
    [
      'mosquitto/client/mosquitto_sub',
      // The health check runs as root, and mosquitto_sub(1) reads its options from here.
      textFile(`--id ${health.username}\n--username ${health.username}\n--pw ${health.password}\n`, {
        mode: secret,
      }),
    ],
  ]);
}

/** Certificates for the listener with TLS, PEM. */
export function brokerTlsFiles(tls: {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}): StackFiles {
  return new Map([
    ['mosquitto/tls/ca.pem', textFile(tls.ca)],
    ['mosquitto/tls/server.pem', textFile(tls.cert)],
    ['mosquitto/tls/server.key', textFile(tls.key, { mode: secret, owner: mosquitto })],
  ]);
}

function rightsOf(username: string, topics: readonly string[]): string {
  return `user ${username}\n${topics.map((topic) => `topic ${topic}\n`).join('')}`;
}

/** The rights that the embedded broker gives the same account (see topic-rights.ts). */
function topicsOf({ role, mac }: Pick<HashedAccount, 'role' | 'mac'>): readonly string[] {
  // `#` stands for no topic that begins with a dollar sign (MQTT 3.1.1, section 4.7.2).
  if (role === 'admin') return ['readwrite #', 'read $SYS/#'];
  if (role === 'reader') return ['read #'];
  if (role === 'sensors')
    return [`write ${sensorTopicPrefix}#`, `read ${sensorTopicPrefix}+/cmd`, `read ${timeTopic}`];
  if (mac === null) return [];
  return [`write ${sensorTopicPrefix}${mac}/#`, `read ${sensorTopicPrefix}${mac}/cmd`, `read ${timeTopic}`];
}

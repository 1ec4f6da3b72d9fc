import { randomBytes } from 'node:crypto';
import type { IClientOptions } from 'mqtt';
import type { Profile } from '../../shared/contract/traffic-parts.ts';
import { connectionOptions } from './profile-connection.ts';
import { mustBeInTime, mustFit } from './profile-pem.ts';
import type { ProfileSource } from './source.ts';

/** A broker to connect to, and what to ask it for. */
export interface MqttTarget {
  readonly host: string;
  readonly port: number;
  readonly filter: string;
  readonly options: IClientOptions;
}

/** @throws AppError `traffic.certificate`; what the store of secrets throws */
export async function profileTarget(
  profile: Profile,
  profiles: ProfileSource,
  nowMs: number,
): Promise<MqttTarget> {
  const secrets = await profiles.secretsOf(profile.id);
  mustFit(profile, secrets);
  mustBeInTime(profile, nowMs);
  const { host, port, filter } = profile;
  return { host, port, filter, options: connectionOptions(profile, secrets) };
}

/** The broker of a stack that is not in this process. */
export function stackTarget(access: {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}): MqttTarget {
  const { host, port, username, password } = access;
  return {
    host,
    port,
    filter: '#',
    options: {
      protocol: 'mqtt',
      host,
      port,
      username,
      password,
      clientId: `datayoti-traffic-${randomBytes(6).toString('hex')}`,
      clean: true,
      keepalive: 30,
      protocolVersion: 4,
    },
  };
}

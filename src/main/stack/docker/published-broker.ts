import { connectAsync } from 'mqtt';
import { AppError } from '../../../shared/domain/app-error.ts';
import { sensorTopicFilter } from '../../../shared/domain/topics.ts';

const connectMs = 10_000;

export interface BrokerLogin {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly clientId: string;
}

/**
 * Connects and subscribes once, so that a wrong password shows before anything else is done.
 *
 * @throws AppError `mqtt.access-denied`, `mqtt.unreachable`
 */
export async function mustLetIn(login: BrokerLogin): Promise<void> {
  const { host, port } = login;
  const client = await connectAsync({
    protocol: 'mqtt',
    ...login,
    reconnectPeriod: 0,
    connectTimeout: connectMs,
  }).catch((error: unknown) => {
    throw loginError(error, host, port);
  });
  try {
    await client.subscribeAsync(sensorTopicFilter, { qos: 1 });
  } catch (error) {
    throw new AppError(
      'mqtt.access-denied',
      'The broker does not let this account read the topics of the sensors.',
      { host, port, reason: 'subscription' },
      error,
    );
  } finally {
    await client.endAsync(true);
  }
}

/** MQTT 3.1.1, table 3.1: a broker that refuses says why in a small number; a network error has words for a code. */
function loginError(error: unknown, host: string, port: number): AppError {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const text = error instanceof Error ? error.message : String(error);
  if (typeof code === 'number' && code > 0)
    return new AppError(
      'mqtt.access-denied',
      `The broker refuses this client: ${text}.`,
      { host, port, reason: text },
      error,
    );
  return new AppError('mqtt.unreachable', `No answer from ${host}:${port}: ${text}`, { host, port }, error);
}

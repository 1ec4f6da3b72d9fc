import { connect } from 'mqtt';
import { timeTopic } from '../../../shared/domain/topics.ts';
import type { IngestorConfig } from './ingestor-config.ts';

const intervalMs = 10_000;

/** Publishes the time for boards that reach no NTP server (DOMAIN, section 1). Returns what ends it. */
export function tellTime({ host, port, username, password }: IngestorConfig['broker']): () => Promise<void> {
  const client = connect({
    protocol: 'mqtt',
    host,
    port,
    username,
    password,
    clientId: 'datayoti-time',
    queueQoSZero: false,
  });
  // A broker that is away is told of by the ingest; the client connects again by itself.
  client.on('error', () => undefined);
  const timer = setInterval(() => {
    if (client.connected) client.publish(timeTopic, JSON.stringify({ epoch_ms: Date.now() }), { qos: 0 });
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await client.endAsync(true);
  };
}

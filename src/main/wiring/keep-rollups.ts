import type { CommittedMessage, IngestPipeline } from '../ingest/index.ts';
import type { Database, RollupRefresher } from '../storage/index.ts';

/** Older than that it belongs to a bucket that is stored already, or soon will be. */
const lateMs = 3_600_000;

/** Keeps the buckets up to date as long as the ingest runs on this database. Returns what ends it. */
export function keepRollups(
  refresher: RollupRefresher,
  database: Database,
  pipeline: Pick<IngestPipeline, 'onCommitted'>,
): () => Promise<void> {
  refresher.open(database);
  const stop = pipeline.onCommitted((messages) => {
    if (messages.some(isLate)) refresher.soon();
  });
  return async () => {
    stop();
    await refresher.close();
  };
}

function isLate({ decoded, message }: CommittedMessage): boolean {
  return decoded.kind === 'reading' && message.receivedMs - decoded.timeMs > lateMs;
}

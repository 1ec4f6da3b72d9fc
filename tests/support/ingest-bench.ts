import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { IngestPipeline, PostgresIngestStore } from '../../src/main/ingest/index.ts';
import type { IngestStore } from '../../src/main/ingest/ingest-store.ts';
import { Database, migrate, setRolePasswords, type DatabaseAddress } from '../../src/main/storage/index.ts';

export const sqlFolder = fileURLToPath(new URL('../../sql/', import.meta.url));
export const ingestorPassword = 'ingestor-test-1';

export interface IngestBench {
  readonly owner: Database;
  readonly pipeline: IngestPipeline;
  close(): Promise<void>;
}

/** A migrated database with one site, its devices, and a pipeline that writes as the ingestor role. */
export async function ingestBench(
  address: DatabaseAddress,
  macs: readonly string[],
  bounds = { perDevice: 20_000, total: 200_000, totalBytes: 200_000_000 },
  /** Puts something between the pipeline and its real store, to hold a step until the test goes on. */
  between: (store: PostgresIngestStore) => IngestStore = (store) => store,
  newDaysPerHour?: number,
): Promise<IngestBench> {
  const owner = new Database({ address, applicationName: 'test', poolSize: 3, log: silentLog });
  await migrate(owner, { folder: sqlFolder, appVersion: '0.1.0', log: silentLog });
  await setRolePasswords(owner, { ingestor: ingestorPassword, grafana: 'grafana-test-1' });
  await owner.query(
    `insert into sites (site_ref, site_name) values ('SITE_001', 'Test') on conflict do nothing`,
  );
  await owner.query(
    `insert into devices (device_mac_addr, site_ref) select m, 'SITE_001' from unnest($1::text[]) as m`,
    [macs],
  );
  const ingestor = new Database({
    address: { ...address, user: 'mqtt_ingestor', password: ingestorPassword },
    applicationName: 'test ingest',
    poolSize: 3,
    log: silentLog,
  });
  const pipeline = new IngestPipeline({
    store: between(new PostgresIngestStore(ingestor)),
    clock: systemClock,
    log: silentLog,
    quarantineBounds: () => bounds,
    ...(newDaysPerHour === undefined ? {} : { newDaysPerHour }),
  });
  await pipeline.open();
  return {
    owner,
    pipeline,
    close: async () => {
      await pipeline.close();
      await ingestor.close();
      await owner.close();
    },
  };
}

import { reportOf } from '../../../shared/domain/app-error.ts';
import type { StackState } from '../../../shared/contract/stack.ts';
import type { LocalStack } from '../local-stack.ts';
import type { AttachedPublished } from './published-attach.ts';
import type { PublishedPart } from './published-place.ts';

/** What the state of a published stack that is used is made of. */
export interface PublishedFacts extends Pick<StackState, 'phase' | 'sinceMs' | 'step' | 'error'> {
  readonly attached: AttachedPublished | undefined;
}

/** The state in the form that all stacks share; what that stack does not tell stays 0 or `null`. */
export function publishedStateOf(facts: PublishedFacts): ReturnType<LocalStack['state']> {
  const { phase, sinceMs, step, attached } = facts;
  const place = attached?.look.broker.published;
  const database = attached?.look.database.published;
  const away = (part: PublishedPart): boolean =>
    attached !== undefined && attached.look[part].state !== 'running';
  const subscriber = attached?.subscriber.state();
  const refused = subscriber?.phase === 'refused' ? subscriber.error : null;
  const partPhase = (gone: boolean): StackState['phase'] => (phase === 'running' && gone ? 'failed' : phase);
  return {
    kind: 'published',
    phase,
    sinceMs,
    step,
    broker: {
      phase: partPhase(away('broker') || subscriber?.phase !== 'connected'),
      listeners:
        attached === undefined || place === undefined
          ? []
          : [
              {
                name: 'mqtt',
                address: place.address,
                port: place.port,
                url: `mqtt://${attached.engine.remote ? attached.engine.host : place.address}:${place.port}`,
              },
            ],
      clients: attached?.link.clients ?? 0,
      refusedLogins: 0,
      refusedMessages: 0,
      refusedSubscriptions: 0,
      oversizedPackets: 0,
      refusedConnections: 0,
      queueOverflows: 0,
      retained: attached?.link.retained ?? 0,
      serviceName: null,
      error: refused === null ? null : reportOf(refused),
    },
    database: {
      phase: partPhase(away('database')),
      kind: attached?.database.kind ?? null,
      version: attached?.database.version ?? null,
      address: database?.address ?? '',
      port: database?.port ?? null,
      databaseName: attached?.database.owner.address.database ?? '',
      user: attached?.database.owner.address.user ?? '',
      sizeBytes: attached?.database.sizeBytes ?? null,
      error: null,
    },
    freeDiskBytes: null,
    totalDiskBytes: null,
    use: { application: null, database: null, folderBytes: null },
    error: facts.error ?? (refused === null ? null : reportOf(refused)),
  };
}

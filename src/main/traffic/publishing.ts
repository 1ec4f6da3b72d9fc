import type { Publication } from '../../shared/contract/traffic-parts.ts';
import type { Clock } from '../foundation/clock.ts';
import { outgoing } from './publication.ts';
import type { TrafficSources } from './source.ts';

export interface PublishingParts {
  readonly sources: TrafficSources;
  readonly clock: Clock;
  /** Told of what was sent, for the history. */
  readonly published: (timeMs: number, publication: Publication) => void;
}

/**
 * Sends one message. @throws AppError `traffic.source-unknown`, `traffic.bad-topic`, `traffic.source-away`,
 * `traffic.publish-refused`
 */
export async function publishOnce(
  { sources, clock, published }: PublishingParts,
  source: string,
  publication: Publication,
  signal: AbortSignal,
): Promise<{ readonly tookMs: number; readonly reasonCode: number | null }> {
  const to = sources.get(source);
  const message = outgoing(publication);
  const startedMs = performance.now();
  const { reasonCode } = await to.publish(message, signal);
  published(clock.now(), publication);
  return { tookMs: performance.now() - startedMs, reasonCode };
}

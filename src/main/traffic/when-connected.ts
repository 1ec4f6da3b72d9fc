import { AppError } from '../../shared/domain/app-error.ts';
import { pause } from '../foundation/watch-state.ts';
import type { TrafficSource } from './source.ts';

const connectLimitMs = 10_000;

/** Waits for a source that somebody holds. @throws AppError `traffic.source-away` with what keeps it from connecting */
export async function whenConnected(source: TrafficSource, signal: AbortSignal): Promise<void> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(connectLimitMs)]);
  for (;;) {
    const { phase } = source.state();
    if (phase === 'connected') return;
    signal.throwIfAborted();
    if (late.aborted || phase === 'stopped' || isRefused(source)) throw sourceAway(source);
    const changed = new AbortController();
    const stop = source.onChange(() => changed.abort());
    await pause(connectLimitMs, AbortSignal.any([late, changed.signal]));
    stop();
  }
}

/** AppError `traffic.source-away` with what keeps it from connecting. */
export function sourceAway(source: TrafficSource): AppError {
  const { error } = source.state();
  return new AppError(
    'traffic.source-away',
    `The broker is not connected${error === null ? '' : `: ${error.message}`}.`,
    { source: source.id },
  );
}

/** The broker has answered, and will answer the same until somebody changes something. */
function isRefused(source: TrafficSource): boolean {
  const { phase, error } = source.state();
  return (
    phase === 'waiting' && (error?.code === 'mqtt.access-denied' || error?.code === 'traffic.certificate')
  );
}

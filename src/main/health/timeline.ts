import type { TimelineEvent, TimelineKind } from '../../shared/contract/health.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import { restartsIn } from '../../shared/domain/restarts.ts';
import type { Connection } from '../storage/index.ts';
import { alertsOfDevice } from '../storage/queries/alerts.ts';
import {
  eventsBefore,
  firstBeatMs,
  notesBefore,
  type DeviceEvent,
  type NoteRow,
} from '../storage/queries/device-events.ts';
import { heartbeatSteps } from '../storage/queries/history-heartbeats.ts';

const dayMs = 86_400_000;
/** Heartbeats are searched for restarts and silences in pieces, newest first. */
const pieceMs = 7 * dayMs;
/** A board's silence counts as a span from here on, or from so many of its intervals. */
const silenceMs = 300_000;
const silenceIntervals = 2.5;

export interface TimelineQuestion {
  readonly mac: MacAddress;
  readonly beforeMs: number;
  readonly limit: number;
  readonly intervalMs: number | null;
  /** Of the last message, where the device is silent now. */
  readonly silentSinceMs: number | null;
}

export interface TimelinePage {
  readonly items: readonly TimelineEvent[];
  readonly nextBeforeMs: number | null;
}

/**
 * What happened to a device, newest first, from what was noted and from what its heartbeats show. Events of one moment
 * stay on one page, so that the next one can begin before it.
 */
export async function timelinePage(
  connection: Connection,
  question: TimelineQuestion,
): Promise<TimelinePage> {
  const { mac, beforeMs, limit, silentSinceMs } = question;
  // One more than wanted of each tells that there is a next page.
  const most = limit + 1;
  const found = [
    ...(await notesBefore(connection, mac, beforeMs, most)).map(fromNote),
    ...(await eventsBefore(connection, mac, beforeMs, most)).map(fromEvent),
    ...(await alertsOfDevice(connection, mac, beforeMs, most)).flatMap(({ kind, raisedMs, clearedMs }) => [
      event('alert-raised', raisedMs, { alert: kind }),
      ...(clearedMs === null ? [] : [event('alert-cleared', clearedMs, { alert: kind })]),
    ]),
    ...(silentSinceMs === null ? [] : [event('offline', silentSinceMs, { untilMs: null })]),
    ...(await fromHeartbeats(connection, question, most)),
  ]
    .filter(({ timeMs }) => timeMs < beforeMs)
    .sort((a, b) => b.timeMs - a.timeMs);
  const last = found[limit - 1];
  const next = found.findIndex(({ timeMs }) => last !== undefined && timeMs < last.timeMs);
  return next === -1
    ? { items: found, nextBeforeMs: null }
    : { items: found.slice(0, next), nextBeforeMs: last?.timeMs ?? null };
}

async function fromHeartbeats(
  connection: Connection,
  { mac, beforeMs, intervalMs }: TimelineQuestion,
  most: number,
): Promise<readonly TimelineEvent[]> {
  const firstMs = await firstBeatMs(connection, mac);
  const longerThanMs = Math.max(silenceMs, silenceIntervals * (intervalMs ?? 0));
  const found: TimelineEvent[] = [];
  if (firstMs === null) return found;
  for (let toMs = beforeMs; toMs > firstMs && found.length < most; toMs -= pieceMs) {
    // A silence that reaches into the piece began before it.
    const fromMs = toMs - pieceMs - dayMs;
    const steps = await heartbeatSteps(
      connection,
      { addresses: [mac], fromMs, toMs: toMs + dayMs },
      longerThanMs,
    );
    const here = (timeMs: number): boolean => timeMs < toMs && timeMs >= toMs - pieceMs;
    for (const { startedMs } of restartsIn(steps))
      if (here(startedMs)) found.push(event('restart', startedMs, {}));
    for (const { beforeMs: fromBeat, timeMs } of steps)
      if (timeMs - fromBeat > longerThanMs && here(fromBeat))
        found.push(event('offline', fromBeat, { untilMs: timeMs }));
  }
  return found;
}

const kindOfValue: Readonly<Record<string, TimelineKind>> = {
  'clock:faulty': 'clock-fault',
  'clock:right': 'clock-right',
  'limits:left': 'limits-left',
  'limits:kept': 'limits-kept',
};

function fromEvent({ timeMs, topic, value, data }: DeviceEvent): TimelineEvent {
  if (topic === 'verdict') return event('verdict', timeMs, { ...data, verdict: value });
  if (topic === 'command') return event('command', timeMs, { ...data, command: value });
  return event(kindOfValue[`${topic}:${value}`] ?? 'verdict', timeMs, data);
}

function fromNote({ timeMs, kind, text, author, automatic }: NoteRow): TimelineEvent {
  // A takeover is noted as `old → new`.
  const replaced = automatic && kind === 'commissioned' && / → /.test(text);
  return event(replaced ? 'replaced' : kind, timeMs, { text, author });
}

function event(kind: TimelineKind, timeMs: number, data: TimelineEvent['data']): TimelineEvent {
  return { kind, timeMs, data };
}

import { readFileSync } from 'node:fs';
import { Alerts, Notifications, type StackSigns } from '../../src/main/alerts/index.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Fleet, type Place } from '../../src/main/health/index.ts';
import type { Alert } from '../../src/shared/contract/alerts.ts';
import type { StackState } from '../../src/shared/contract/stack.ts';
import { decodeMessage } from '../../src/shared/domain/decode-message.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';

const tickMs = 1_000;

type Phase = StackState['phase'];
type Line =
  | { readonly at: string; readonly topic: string; readonly payload: string }
  | { readonly at: string; readonly event: 'broker' | 'database'; readonly phase: Phase }
  | { readonly at: string; readonly event: 'disk'; readonly freeBytes: number }
  | { readonly at: string; readonly event: 'ignore'; readonly mac: string }
  | { readonly at: string; readonly event: 'sleep'; readonly until: string }
  | { readonly at: string; readonly event: 'end' };

export interface VerdictChange {
  readonly mac: string;
  readonly atMs: number;
  readonly verdict: string;
  /** The first reason. */
  readonly reason: string | null;
}

export interface Replay {
  readonly verdicts: readonly VerdictChange[];
  /** As they were when they cleared, or at the end, in the order in which they were raised. */
  readonly alerts: readonly Alert[];
  /** Titles of the notifications that the operating system would have shown. */
  readonly notifications: readonly string[];
}

/** A stack with which all is well. */
export const calmStack: StackSigns = {
  phase: 'running',
  broker: { phase: 'running', error: null },
  database: { phase: 'running', error: null },
  freeDiskBytes: 90e9,
  totalDiskBytes: 100e9,
};

/** Plays a recording through the judge and the alerts, which believe that its time is now. */
export async function replay(file: URL, places: readonly Place[]): Promise<Replay> {
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  let nowMs = Math.floor(Date.parse(lines[0]?.at ?? '') / tickMs) * tickMs;
  let stack = calmStack;
  const strangers = new Map<string, { mac: string; firstSeenMs: number; ignored: boolean }>();
  const fleet = new Fleet();
  const notifications: string[] = [];
  const alerts = new Alerts({
    clock: { now: () => nowMs },
    log: silentLog,
    fleet,
    stack: () => stack,
    strangers: () => [...strangers.values()],
    notifications: new Notifications({
      notify: (title) => void notifications.push(title),
      words: () => Promise.resolve((key, values) => `${key} ${String(values?.['name'] ?? '')}`.trim()),
      nameOf: ({ mac, siteRef }) => mac ?? siteRef ?? '',
    }),
  });
  fleet.setPlaces(places);
  fleet.setListening(nowMs);
  const seen = new Map<string, Alert>();
  const verdicts: VerdictChange[] = [];
  const last = new Map<string, string>();

  const tick = async (): Promise<void> => {
    fleet.tick(nowMs);
    alerts.tick(nowMs);
    // Notifications ask for their words first.
    await Promise.resolve();
    for (const alert of alerts.engine.alerts.takeChanged()) seen.set(alert.id, alert);
    for (const [mac, { judgement }] of fleet.entries) {
      if (last.get(mac) === judgement.verdict) continue;
      last.set(mac, judgement.verdict);
      verdicts.push({
        mac,
        atMs: nowMs,
        verdict: judgement.verdict,
        reason: judgement.reasons[0]?.code ?? null,
      });
    }
  };
  const happen = (line: Line): void => {
    if ('topic' in line) return hear(line);
    if (line.event === 'broker' || line.event === 'database') {
      stack = { ...stack, [line.event]: { phase: line.phase, error: null } };
      if (line.event === 'broker' && line.phase === 'running') fleet.setListening(Date.parse(line.at));
    } else if (line.event === 'disk') stack = { ...stack, freeDiskBytes: line.freeBytes };
    else if (line.event === 'ignore') {
      const stranger = strangers.get(line.mac);
      if (stranger !== undefined) stranger.ignored = true;
    } else if (line.event === 'sleep') nowMs = Date.parse(line.until) - tickMs;
  };
  const hear = ({ at, topic, payload }: Extract<Line, { topic: string }>): void => {
    const receivedMs = Date.parse(at);
    const decoded = decodeMessage(topic, Buffer.from(payload), receivedMs);
    const mac = 'mac' in decoded ? decoded.mac : null;
    if (mac !== null && !fleet.entries.has(mac) && !strangers.has(mac))
      strangers.set(mac, { mac, firstSeenMs: receivedMs, ignored: false });
    fleet.accept([
      {
        decoded,
        reason: decoded.kind === 'rejected' ? decoded.reason : null,
        message: { receivedMs },
      },
    ]);
  };

  await tick();
  for (const line of lines) {
    while (nowMs + tickMs < Date.parse(line.at)) {
      nowMs += tickMs;
      await tick();
    }
    happen(line);
  }
  return {
    verdicts,
    alerts: [...seen.values()].sort((a, b) => a.raisedMs - b.raisedMs),
    notifications,
  };
}

export const placesIn = (
  siteRef: string,
  macs: readonly string[],
  limits: Place['limits'] = null,
): readonly Place[] => macs.map((mac) => ({ mac: mac as MacAddress, siteRef, limits }));

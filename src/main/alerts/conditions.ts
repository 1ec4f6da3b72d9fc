import type { AlertKind } from '../../shared/contract/alerts.ts';
import type { StackState } from '../../shared/contract/stack.ts';
import type { Judgement } from '../../shared/domain/device-health/judge.ts';
import type { HealthReasonCode } from '../../shared/domain/device-health/reasons.ts';
import { diskLevel } from '../../shared/domain/disk-level.ts';

type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** Something that is so right now, of a device. */
export interface DeviceCondition {
  readonly kind: AlertKind;
  readonly mac: string;
  readonly siteRef: string | null;
  readonly severity: 'warning' | 'critical';
  readonly sinceMs: number;
  readonly data: Facts;
}

/** Something that is so right now, of the application itself; `devices` where it is about strangers. */
export interface StackCondition {
  readonly kind: AlertKind;
  readonly severity: 'warning' | 'critical';
  readonly sinceMs: number;
  readonly data: Facts;
  readonly devices: readonly string[];
}

/** What of the stack's state alerts look at. */
export type StackSigns = Pick<StackState, 'phase' | 'freeDiskBytes' | 'totalDiskBytes'> & {
  readonly broker: Pick<StackState['broker'], 'phase' | 'error'>;
  readonly database: Pick<StackState['database'], 'phase' | 'error'>;
};

const kindOf: Partial<Record<HealthReasonCode, AlertKind>> = {
  silent: 'offline',
  'said-offline': 'offline',
  'outside-limits': 'out-of-limits',
  'clock-faulty': 'clock-faulty',
  'heap-critical': 'low-heap',
  'heap-low': 'low-heap',
};
const critical: ReadonlySet<HealthReasonCode> = new Set(['outside-limits', 'heap-critical']);

/** What of a verdict's reasons is worth an alert. Of a device that is not heard, only that. */
export function deviceConditions(
  mac: string,
  siteRef: string | null,
  { verdict, reasons }: Judgement,
  nowMs: number,
): readonly DeviceCondition[] {
  return reasons.flatMap(({ code, severity, sinceMs, data }) => {
    const kind = kindOf[code];
    if (kind === undefined) return [];
    if (kind === 'offline' ? severity !== 'offline' : verdict === 'offline') return [];
    const level = critical.has(code) ? 'critical' : 'warning';
    return [
      { kind, mac, siteRef, severity: level, sinceMs: sinceMs ?? nowMs, data: { ...data, reason: code } },
    ];
  });
}

/** What of the stack is worth an alert. One that a person stopped is not down. */
export function stackConditions(state: StackSigns, nowMs: number): readonly StackCondition[] {
  const found: StackCondition[] = [];
  const down = (kind: AlertKind, error: string | null): void => {
    found.push({ kind, severity: 'critical', sinceMs: nowMs, data: { error }, devices: [] });
  };
  const meant = state.phase === 'running' || state.phase === 'failed';
  if (meant && state.broker.phase !== 'running') down('broker-down', state.broker.error?.code ?? null);
  if (meant && state.database.phase !== 'running') down('database-down', state.database.error?.code ?? null);
  const { freeDiskBytes: freeBytes, totalDiskBytes: totalBytes } = state;
  const level = freeBytes === null ? 'ok' : diskLevel({ freeBytes, totalBytes });
  if (level !== 'ok' && freeBytes !== null)
    found.push({
      kind: 'disk-low',
      severity: level === 'critical' ? 'critical' : 'warning',
      sinceMs: nowMs,
      // In tenths of a gigabyte: a figure that changes with each message would be news each time.
      data: { gigabytes: Math.round(freeBytes / 1e8) / 10 },
      devices: [],
    });
  return found;
}

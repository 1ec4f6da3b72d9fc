import type { AlertKind } from './alert-rules.ts';

/** What is about devices, one or many; everything else is about the application itself. */
const deviceKinds: ReadonlySet<AlertKind> = new Set<AlertKind>([
  'offline',
  'out-of-limits',
  'clock-faulty',
  'low-heap',
]);

/** One device; many of one site, of several sites, or of no site; or the application itself. */
export type AlertPlace = 'device' | 'site' | 'sites' | 'unsited' | 'stack';

/**
 * Whom an alert is about, which is also the name of its sentence: `alerts.kinds.{kind}.{place}`. One of many devices
 * without a site of their own has their number of sites in `data.sites`, 0 where they belong to none.
 */
export function alertPlace(alert: {
  readonly kind: AlertKind;
  readonly scope: 'device' | 'site' | 'stack';
  readonly data: Readonly<Record<string, unknown>>;
}): AlertPlace {
  const { kind, scope, data } = alert;
  if (scope !== 'stack' || !deviceKinds.has(kind)) return scope;
  return Number(data['sites'] ?? 0) > 0 ? 'sites' : 'unsited';
}

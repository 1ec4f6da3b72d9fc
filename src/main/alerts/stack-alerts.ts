import type { Alert, AlertKind, AlertRules } from '../../shared/contract/alerts.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import type { AlertList } from './alert-list.ts';
import type { StackCondition } from './conditions.ts';

interface Track {
  readonly trueSinceMs: number;
  falseSinceMs: number | null;
  alertId: string | null;
}

/** Alerts of the application itself: broker, database, disk, and devices that nobody knows; one of a kind at most. */
export class StackAlerts {
  readonly #alerts: AlertList;
  readonly #tracks = new Map<AlertKind, Track>();

  constructor(alerts: AlertList) {
    this.#alerts = alerts;
  }

  /** One that was active when the application ended. */
  restore({ kind, sinceMs, id }: Alert): void {
    this.#tracks.set(kind, { trueSinceMs: sinceMs, falseSinceMs: null, alertId: id });
  }

  tick(stack: readonly StackCondition[], rules: AlertRules, nowMs: number): void {
    const seen = new Set<AlertKind>();
    for (const { kind, severity, sinceMs, data, devices } of stack) {
      const rule = rules[kind];
      if (!rule.enabled) continue;
      seen.add(kind);
      const track = this.#tracks.get(kind) ?? { trueSinceMs: nowMs, falseSinceMs: null, alertId: null };
      this.#tracks.set(kind, track);
      track.falseSinceMs = null;
      const macs = devices as readonly MacAddress[];
      if (track.alertId !== null) this.#alerts.change(track.alertId, { severity, data, devices: macs });
      else if (nowMs - track.trueSinceMs >= rule.raiseAfterS * 1000)
        track.alertId = this.#alerts.raise({
          kind,
          severity,
          scope: 'stack',
          mac: null,
          siteRef: null,
          devices: macs,
          data,
          sinceMs: Math.min(sinceMs, track.trueSinceMs),
          raisedMs: nowMs,
        });
    }
    for (const [kind, track] of this.#tracks) {
      if (seen.has(kind)) continue;
      track.falseSinceMs ??= nowMs;
      const rule = rules[kind];
      const overMs = rule.enabled ? rule.clearAfterS * 1000 : 0;
      if (track.alertId !== null && nowMs - track.falseSinceMs < overMs) continue;
      if (track.alertId !== null) this.#alerts.clear(track.alertId, nowMs);
      this.#tracks.delete(kind);
    }
  }
}

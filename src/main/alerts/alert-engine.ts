import type { Alert, AlertKind, AlertRules } from '../../shared/contract/alerts.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import type { DeviceCondition, StackCondition } from './conditions.ts';
import { AlertList } from './alert-list.ts';

/** Devices of a site that fail within so long of each other have one cause. */
const stormWindowMs = 180_000;
/** So many, and such a share of the site's devices, are many. */
const stormLeast = 3;
const stormShare = 0.2;
/** A common alert of which only so few are left is over: those are cases of their own. */
const stormEndsAt = 2;

export interface EngineInput {
  readonly nowMs: number;
  /** What is so now. */
  readonly devices: readonly DeviceCondition[];
  readonly stack: readonly StackCondition[];
  /** Devices of which nothing can be said now: their alerts neither come nor go. */
  readonly unheard: ReadonlySet<string>;
  /** Devices that are silent, and since when, also where it is too early for an alert. */
  readonly silentSinceMs: ReadonlyMap<string, { readonly siteRef: string | null; readonly sinceMs: number }>;
  readonly devicesOfSite: ReadonlyMap<string, number>;
  /** Until then silence raises nothing: the application has just started or woken up. */
  readonly graceUntilMs: number | null;
}

interface Track {
  condition: DeviceCondition;
  trueSinceMs: number;
  falseSinceMs: number | null;
  /** The alert that it is in. */
  alertId: string | null;
}

/**
 * Turns what is so into what somebody is told: raised when it lasts, cleared when it has ended for long enough, and one
 * alert for what many devices of a site have at once. Time comes in with the facts.
 */
export class AlertEngine {
  readonly alerts: AlertList;
  readonly #tracks = new Map<string, Track>();
  readonly #stackTracks = new Map<
    AlertKind,
    { trueSinceMs: number; falseSinceMs: number | null; alertId: string | null }
  >();

  /** Everybody who was in an alert since it was raised. */
  readonly #members = new Map<string, Set<MacAddress>>();

  /** @param newId gives each alert its number */
  constructor(newId: () => string) {
    this.alerts = new AlertList(newId);
  }

  /** Alerts that were active when the application ended. */
  restore(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      if (this.alerts.get(alert.id) !== undefined) continue;
      this.alerts.restore(alert);
      const { kind, scope, id, sinceMs, siteRef, severity, data } = alert;
      this.#join(id, alert.devices);
      if (scope === 'stack') {
        this.#stackTracks.set(kind, { trueSinceMs: sinceMs, falseSinceMs: null, alertId: id });
        continue;
      }
      for (const mac of scope === 'device' ? [alert.mac ?? ''] : alert.devices)
        this.#tracks.set(keyOf(kind, mac), {
          condition: { kind, mac, siteRef, severity, sinceMs, data },
          trueSinceMs: sinceMs,
          falseSinceMs: null,
          alertId: id,
        });
    }
  }

  tick(input: EngineInput, rules: AlertRules): void {
    const { nowMs } = input;
    const wanted = input.devices.filter(({ kind }) => rules[kind].enabled);
    const downNow = input.stack.some(({ kind }) => kind === 'broker-down' || kind === 'database-down');
    const held = input.graceUntilMs !== null && nowMs < input.graceUntilMs;
    const seen = new Set<string>();
    for (const condition of wanted) {
      const key = keyOf(condition.kind, condition.mac);
      seen.add(key);
      this.#note(key, condition, nowMs, condition.kind === 'offline' && (downNow || held));
    }
    const ended: Track[] = [];
    for (const [key, track] of this.#tracks) {
      if (seen.has(key)) continue;
      const { kind, mac } = track.condition;
      if (rules[kind].enabled && (input.unheard.has(mac) || (kind === 'offline' && downNow))) {
        track.falseSinceMs = null;
        if (track.alertId === null) this.#tracks.delete(key);
        continue;
      }
      track.falseSinceMs ??= nowMs;
      const overMs = rules[kind].enabled ? rules[kind].clearAfterS * 1000 : 0;
      if (track.alertId !== null && nowMs - track.falseSinceMs < overMs) continue;
      this.#tracks.delete(key);
      ended.push(track);
    }
    this.#leave(ended, nowMs);
    this.#raise(input, rules);
    this.#tickStack(input, rules);
  }

  #note(key: string, condition: DeviceCondition, nowMs: number, hold: boolean): void {
    const track = this.#tracks.get(key);
    if (track === undefined) {
      this.#tracks.set(key, { condition, trueSinceMs: nowMs, falseSinceMs: null, alertId: null });
      return;
    }
    track.falseSinceMs = null;
    // A clock that was set back must not make it wait for longer.
    track.trueSinceMs = Math.min(track.trueSinceMs, nowMs);
    // While silence means nothing, it does not last either.
    if (hold && track.alertId === null) track.trueSinceMs = nowMs;
    const moved = track.condition.siteRef !== condition.siteRef;
    track.condition = condition;
    if (track.alertId === null) return;
    const alert = this.alerts.get(track.alertId);
    if (alert === undefined || (moved && alert.scope === 'site')) track.alertId = null;
    else if (alert.scope === 'device')
      this.alerts.change(alert.id, {
        severity: condition.severity,
        data: condition.data,
        siteRef: condition.siteRef,
      });
  }

  /** Devices that are well again leave their alerts. */
  #leave(ended: readonly Track[], nowMs: number): void {
    const concerned = new Set(ended.flatMap(({ alertId }) => (alertId === null ? [] : [alertId])));
    for (const id of concerned) {
      const alert = this.alerts.get(id);
      if (alert === undefined) continue;
      const left = this.#tracksOf(id);
      const wasStorm = (this.#members.get(id)?.size ?? 0) > stormEndsAt;
      if (left.length === 0) {
        this.#clear(id, nowMs);
      } else if (
        wasStorm &&
        left.length <= stormEndsAt &&
        // Those that are well again and only wait for their time are no cases.
        left.every(({ falseSinceMs }) => falseSinceMs === null)
      ) {
        this.#clear(id, nowMs);
        for (const track of left) this.#raiseAlone(track, nowMs);
      } else {
        this.alerts.change(id, { devices: left.map(({ condition }) => condition.mac as MacAddress) });
      }
    }
  }

  #raise(input: EngineInput, rules: AlertRules): void {
    const { nowMs } = input;
    const held = input.graceUntilMs !== null && nowMs < input.graceUntilMs;
    const due = new Map<string, Track[]>();
    for (const track of this.#tracks.values()) {
      const { kind, siteRef } = track.condition;
      if (track.alertId !== null || track.falseSinceMs !== null || (held && kind === 'offline')) continue;
      if (nowMs - track.trueSinceMs < rules[kind].raiseAfterS * 1000) continue;
      const group = due.get(keyOf(kind, siteRef ?? ''));
      if (group === undefined) due.set(keyOf(kind, siteRef ?? ''), [track]);
      else group.push(track);
    }
    for (const group of due.values()) this.#raiseGroup(group, input);
  }

  #raiseGroup(group: readonly Track[], input: EngineInput): void {
    const { nowMs } = input;
    const first = group[0]?.condition;
    if (first === undefined) return;
    const { kind, siteRef } = first;
    const common = siteRef === null ? undefined : this.alerts.common(kind, siteRef);
    if (common !== undefined) {
      for (const track of group) track.alertId = common.id;
      const devices = this.#macsOf(common.id);
      this.#join(common.id, devices);
      this.alerts.change(common.id, { devices });
      return;
    }
    const least = Math.max(stormLeast, Math.ceil((input.devicesOfSite.get(siteRef ?? '') ?? 0) * stormShare));
    const near = siteRef === null ? [] : this.#near(kind, siteRef, nowMs);
    const macs = new Set([...group, ...near].map(({ condition }) => condition.mac));
    // Boards that fell silent together reach their limits one after the other: those to come count already.
    if (kind === 'offline')
      for (const [mac, silent] of input.silentSinceMs)
        if (silent.siteRef === siteRef && Math.abs(silent.sinceMs - first.sinceMs) <= stormWindowMs)
          macs.add(mac);
    if (siteRef === null || macs.size < least) {
      for (const track of group) this.#raiseAlone(track, nowMs);
      return;
    }
    const members = [...new Set([...group, ...near])];
    const id = this.alerts.raise({
      kind,
      severity: 'critical',
      scope: 'site',
      mac: null,
      siteRef,
      devices: members.map(({ condition }) => condition.mac as MacAddress),
      data: {},
      sinceMs: Math.min(...members.map(({ condition }) => condition.sinceMs)),
      raisedMs: nowMs,
    });
    for (const track of members) {
      // What was told of one of them just before goes into the common one.
      if (track.alertId !== null) this.#clear(track.alertId, nowMs, { mergedInto: id });
      track.alertId = id;
    }
    this.#join(id, this.#macsOf(id));
  }

  /** Of that kind and site: about to be told, or told alone just before. */
  #near(kind: AlertKind, siteRef: string, nowMs: number): readonly Track[] {
    return [...this.#tracks.values()].filter(({ condition, trueSinceMs, falseSinceMs, alertId }) => {
      if (condition.kind !== kind || condition.siteRef !== siteRef || falseSinceMs !== null) return false;
      if (alertId === null) return nowMs - trueSinceMs <= stormWindowMs;
      const alert = this.alerts.get(alertId);
      return alert?.scope === 'device' && nowMs - alert.raisedMs <= stormWindowMs;
    });
  }

  #raiseAlone(track: Track, nowMs: number): void {
    const { kind, mac, siteRef, severity, sinceMs, data } = track.condition;
    track.alertId = this.alerts.raise({
      kind,
      severity,
      scope: 'device',
      mac: mac as MacAddress,
      siteRef,
      devices: [mac as MacAddress],
      data,
      sinceMs,
      raisedMs: nowMs,
    });
  }

  #tickStack({ stack, nowMs }: EngineInput, rules: AlertRules): void {
    const seen = new Set<AlertKind>();
    for (const { kind, severity, sinceMs, data, devices } of stack) {
      const rule = rules[kind];
      if (!rule.enabled) continue;
      seen.add(kind);
      const track = this.#stackTracks.get(kind) ?? { trueSinceMs: nowMs, falseSinceMs: null, alertId: null };
      this.#stackTracks.set(kind, track);
      track.falseSinceMs = null;
      const macs = devices as readonly MacAddress[];
      if (track.alertId !== null) this.alerts.change(track.alertId, { severity, data, devices: macs });
      else if (nowMs - track.trueSinceMs >= rule.raiseAfterS * 1000)
        track.alertId = this.alerts.raise({
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
    for (const [kind, track] of this.#stackTracks) {
      if (seen.has(kind)) continue;
      track.falseSinceMs ??= nowMs;
      const rule = rules[kind];
      const overMs = rule.enabled ? rule.clearAfterS * 1000 : 0;
      if (track.alertId !== null && nowMs - track.falseSinceMs < overMs) continue;
      if (track.alertId !== null) this.alerts.clear(track.alertId, nowMs);
      this.#stackTracks.delete(kind);
    }
  }

  #join(id: string, macs: readonly MacAddress[]): void {
    const members = this.#members.get(id) ?? new Set();
    for (const mac of macs) members.add(mac);
    this.#members.set(id, members);
  }

  /** The log shows all that were concerned, not only the last of them. */
  #clear(id: string, nowMs: number, more: Alert['data'] = {}): void {
    const members = this.#members.get(id);
    if (members !== undefined && members.size > 0) this.alerts.change(id, { devices: [...members] });
    this.#members.delete(id);
    this.alerts.clear(id, nowMs, more);
  }

  #tracksOf(id: string): readonly Track[] {
    return [...this.#tracks.values()].filter(({ alertId }) => alertId === id);
  }

  #macsOf(id: string): readonly MacAddress[] {
    return this.#tracksOf(id).map(({ condition }) => condition.mac as MacAddress);
  }
}

const keyOf = (kind: AlertKind, subject: string): string => `${kind} ${subject}`;

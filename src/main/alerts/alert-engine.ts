import type { Alert, AlertKind, AlertRules } from '../../shared/contract/alerts.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import { alertPlace } from '../../shared/domain/alert-place.ts';
import type { DeviceCondition, StackCondition } from './conditions.ts';
import { AlertList } from './alert-list.ts';
import { StackAlerts } from './stack-alerts.ts';
import {
  beganTogether,
  sitesThatFail,
  stormFrom,
  stormWindowMs,
  type DevicesOfSite,
  type Silent,
} from './storms.ts';

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
  readonly silentSinceMs: ReadonlyMap<string, Silent>;
  readonly devicesOfSite: DevicesOfSite;
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
 * alert for what many devices of a site, or of several sites, have at once. Time comes in with the facts.
 */
export class AlertEngine {
  readonly alerts: AlertList;
  readonly #tracks = new Map<string, Track>();
  readonly #stack: StackAlerts;
  /** Everybody who was in an alert since it was raised. */
  readonly #members = new Map<string, Set<MacAddress>>();
  /** Alerts that a device left for the one of another place. */
  readonly #left = new Set<string>();

  /** @param newId gives each alert its number */
  constructor(newId: () => string) {
    this.alerts = new AlertList(newId);
    this.#stack = new StackAlerts(this.alerts);
  }

  /** Alerts that were active when the application ended. */
  restore(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      if (this.alerts.get(alert.id) !== undefined) continue;
      this.alerts.restore(alert);
      const { kind, scope, id, sinceMs, siteRef, severity, data } = alert;
      this.#join(id, alert.devices);
      if (alertPlace(alert) === 'stack') {
        this.#stack.restore(alert);
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
    this.#stack.tick(input.stack, rules, nowMs);
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
    if (alert === undefined) track.alertId = null;
    else if (moved && ['site', 'unsited'].includes(alertPlace(alert))) {
      this.#left.add(alert.id);
      track.alertId = null;
    } else if (alert.scope === 'device')
      this.alerts.change(alert.id, {
        severity: condition.severity,
        data: condition.data,
        siteRef: condition.siteRef,
      });
  }

  /** Devices that are well again leave their alerts. */
  #leave(ended: readonly Track[], nowMs: number): void {
    const concerned = new Set([
      ...this.#left,
      ...ended.flatMap(({ alertId }) => (alertId === null ? [] : [alertId])),
    ]);
    this.#left.clear();
    for (const id of concerned) {
      const alert = this.alerts.get(id);
      if (alert === undefined) continue;
      const left = this.#tracksOf(id);
      const wasStorm = (this.#members.get(id)?.size ?? 0) > stormEndsAt;
      // Those that are well again and only wait for their time are no cases.
      const cases = left.every(({ falseSinceMs }) => falseSinceMs === null);
      const places = new Set(left.map(({ condition }) => condition.siteRef));
      if (left.length === 0) {
        this.#clear(id, nowMs);
      } else if (wasStorm && left.length <= stormEndsAt && cases) {
        this.#clear(id, nowMs);
        for (const track of left) this.#raiseAlone(track, nowMs);
      } else if (alertPlace(alert) === 'sites' && cases && places.size === 1 && !places.has(null)) {
        // What is left of it is the matter of one site, which is told as such.
        this.#clear(id, nowMs);
        for (const track of left) track.alertId = null;
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
    for (const group of due.values()) {
      this.#raiseWide(group, input);
      this.#raiseGroup(
        group.filter(({ alertId }) => alertId === null),
        input,
      );
    }
  }

  /** Where sites fail together it is one alert, which later devices of these sites, and others in time, join. */
  #raiseWide(group: readonly Track[], input: EngineInput): void {
    const { nowMs, devicesOfSite } = input;
    const [lead] = group;
    if (lead === undefined) return;
    const { kind, siteRef, sinceMs } = lead.condition;
    if (this.alerts.common(kind, siteRef) !== undefined) return;
    const wide = this.alerts.wide(kind);
    if (wide !== undefined) {
      const its = this.#tracksOf(wide.id);
      const ofIts = its.some(({ condition }) => condition.siteRef === siteRef);
      const joining = group.filter(({ condition }) => ofIts || beganTogether(condition, wide.sinceMs));
      if (joining.length === 0) return;
      const sites = new Set([...its, ...joining].map(({ condition }) => condition.siteRef));
      sites.delete(null);
      this.#joinAll(wide, joining, { sites: Math.max(sites.size, Number(wide.data['sites'])) });
      return;
    }
    const near = this.#near(lead, nowMs).filter(({ condition }) => beganTogether(condition, sinceMs));
    const failing = new Map(near.map(({ condition }) => [condition.mac, condition.siteRef]));
    for (const [mac, place] of this.#silentWith(lead.condition, input)) failing.set(mac, place);
    const sites = sitesThatFail(kind, failing, devicesOfSite);
    if (sites !== null) this.#raiseCommon(near, { scope: 'stack', siteRef: null, data: { sites } }, nowMs);
  }

  #raiseGroup(group: readonly Track[], input: EngineInput): void {
    const { nowMs } = input;
    const [lead] = group;
    if (lead === undefined) return;
    const { kind, siteRef } = lead.condition;
    const common = this.alerts.common(kind, siteRef);
    if (common !== undefined) {
      this.#joinAll(common, group);
      return;
    }
    const near = this.#near(lead, nowMs).filter(({ condition }) => condition.siteRef === siteRef);
    const macs = new Set([...group, ...near].map(({ condition }) => condition.mac));
    for (const [mac, place] of this.#silentWith(lead.condition, input)) if (place === siteRef) macs.add(mac);
    if (macs.size < stormFrom(siteRef, input.devicesOfSite)) {
      for (const track of group) this.#raiseAlone(track, nowMs);
      return;
    }
    this.#raiseCommon(
      [...new Set([...group, ...near])],
      siteRef === null
        ? { scope: 'stack', siteRef, data: { sites: 0 } }
        : { scope: 'site', siteRef, data: {} },
      nowMs,
    );
  }

  /** Boards that fell silent together reach their limits one after the other: those to come count already. */
  #silentWith({ kind, sinceMs }: DeviceCondition, { silentSinceMs }: EngineInput): [string, string | null][] {
    if (kind !== 'offline') return [];
    return [...silentSinceMs].flatMap(([mac, silent]) =>
      Math.abs(silent.sinceMs - sinceMs) <= stormWindowMs ? [[mac, silent.siteRef]] : [],
    );
  }

  #raiseCommon(
    members: readonly Track[],
    place: Pick<Alert, 'scope' | 'siteRef' | 'data'>,
    nowMs: number,
  ): void {
    const [first] = members;
    if (first === undefined) return;
    // What was told of some of them just before goes into the common one.
    const before = new Set(members.flatMap(({ alertId }) => (alertId === null ? [] : [alertId])));
    const all = [...new Set([...members, ...[...before].flatMap((id) => this.#tracksOf(id))])];
    const id = this.alerts.raise({
      ...place,
      kind: first.condition.kind,
      severity: 'critical',
      mac: null,
      devices: all.map(({ condition }) => condition.mac as MacAddress),
      sinceMs: Math.min(...all.map(({ condition }) => condition.sinceMs)),
      raisedMs: nowMs,
    });
    for (const merged of before) this.#clear(merged, nowMs, { mergedInto: id });
    for (const track of all) track.alertId = id;
    this.#join(id, this.#macsOf(id));
  }

  #joinAll(common: Alert, joining: readonly Track[], data: Alert['data'] = {}): void {
    for (const track of joining) track.alertId = common.id;
    const devices = this.#macsOf(common.id);
    this.#join(common.id, devices);
    this.alerts.change(common.id, { devices, data: { ...common.data, ...data } });
  }

  /** Those that it came to at the same time, about to be told or told just before of one device or one site. */
  #near(lead: Track, nowMs: number): readonly Track[] {
    return [...this.#tracks.values()].filter(({ condition, trueSinceMs, falseSinceMs, alertId }) => {
      if (condition.kind !== lead.condition.kind || falseSinceMs !== null) return false;
      if (alertId === null) return Math.abs(trueSinceMs - lead.trueSinceMs) <= stormWindowMs;
      const alert = this.alerts.get(alertId);
      return alert !== undefined && alertPlace(alert) !== 'sites' && nowMs - alert.raisedMs <= stormWindowMs;
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

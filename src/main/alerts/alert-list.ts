import { alertDevicesListed, type Alert, type AlertKind } from '../../shared/contract/alerts.ts';
import { alertPlace } from '../../shared/domain/alert-place.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';

type NewAlert = Omit<Alert, 'id' | 'deviceCount' | 'clearedMs' | 'acknowledged' | 'snoozedUntilMs'>;
type Change = Partial<Pick<Alert, 'severity' | 'data' | 'devices' | 'siteRef'>>;

const urgency = { critical: 0, warning: 1 } as const;

/** The alerts that are not over, and which of all changed since somebody last asked. */
export class AlertList {
  readonly #newId: () => string;
  readonly #active = new Map<string, Alert>();
  #changed = new Map<string, Alert>();
  #raised: Alert[] = [];

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** Most urgent first, then newest. */
  list(): readonly Alert[] {
    return [...this.#active.values()].sort(
      (a, b) => urgency[a.severity] - urgency[b.severity] || b.raisedMs - a.raisedMs,
    );
  }

  get(id: string): Alert | undefined {
    return this.#active.get(id);
  }

  /** The one that many devices of a site share, or of `null` those of no site. */
  common(kind: AlertKind, siteRef: string | null): Alert | undefined {
    const place = siteRef === null ? 'unsited' : 'site';
    return [...this.#active.values()].find(
      (alert) => alert.kind === kind && alert.siteRef === siteRef && alertPlace(alert) === place,
    );
  }

  /** The one that several sites share. */
  wide(kind: AlertKind): Alert | undefined {
    return [...this.#active.values()].find((alert) => alert.kind === kind && alertPlace(alert) === 'sites');
  }

  restore(alert: Alert): void {
    this.#active.set(alert.id, alert);
  }

  raise(wanted: NewAlert): string {
    const alert: Alert = {
      ...wanted,
      id: this.#newId(),
      ...listed(wanted.devices),
      clearedMs: null,
      acknowledged: null,
      snoozedUntilMs: null,
    };
    this.#put(alert);
    this.#raised.push(alert);
    return alert.id;
  }

  /** Where a stranger joins, whoever took note of the others has not seen it. */
  change(id: string, change: Change): void {
    const alert = this.#active.get(id);
    if (alert === undefined) return;
    const devices = change.devices === undefined ? {} : listed(change.devices);
    const known = new Set(alert.devices);
    // Beyond those that are listed, only their number tells of a stranger.
    const strange =
      alert.deviceCount > alertDevicesListed
        ? (change.devices?.length ?? 0) > alert.deviceCount
        : (change.devices ?? []).some((mac) => !known.has(mac));
    const joined = alert.kind === 'unknown-device' && strange ? { acknowledged: null } : {};
    const next = { ...alert, ...change, ...devices, ...joined };
    if (JSON.stringify(next) !== JSON.stringify(alert)) this.#put(next);
  }

  clear(id: string, clearedMs: number, more: Alert['data'] = {}): void {
    const alert = this.#active.get(id);
    if (alert === undefined) return;
    this.#active.delete(id);
    this.#changed.set(id, { ...alert, clearedMs, data: { ...alert.data, ...more } });
  }

  /** @throws AppError `alerts.unknown` where one is not active; then none is changed */
  decide(ids: readonly string[], decision: Partial<Pick<Alert, 'acknowledged' | 'snoozedUntilMs'>>): void {
    const alerts = ids.map((id) => {
      const alert = this.#active.get(id);
      if (alert === undefined)
        throw new AppError('alerts.unknown', 'That alert is not active any more.', { id });
      return alert;
    });
    for (const alert of alerts) this.#put({ ...alert, ...decision });
  }

  /** Changed since the last call, cleared ones too. */
  takeChanged(): readonly Alert[] {
    const changed = [...this.#changed.values()];
    this.#changed = new Map();
    return changed;
  }

  /** After they could not be stored: newer ones win. */
  putBack(alerts: readonly Alert[]): void {
    this.#changed = new Map([...alerts.map((alert) => [alert.id, alert] as const), ...this.#changed]);
  }

  takeRaised(): readonly Alert[] {
    return this.#raised.splice(0);
  }

  get hasChanged(): boolean {
    return this.#changed.size > 0;
  }

  #put(alert: Alert): void {
    this.#active.set(alert.id, alert);
    this.#changed.set(alert.id, alert);
  }
}

function listed(devices: readonly MacAddress[]): Pick<Alert, 'devices' | 'deviceCount'> {
  const sorted = devices.toSorted();
  return { devices: sorted.slice(0, alertDevicesListed), deviceCount: sorted.length };
}

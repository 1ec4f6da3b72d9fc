import type { Device, Zone } from '../../../shared/contract/devices.ts';
import { onlineWithinMs, presenceAt, type Presence } from '../../../shared/domain/presence.ts';
import type { Board } from '../../app/live.ts';
import { isOutside } from '../../components/limit-domain.ts';
import type { GlyphKind } from '../../components/status-glyph.tsx';

/** A device with what follows from the time and from its zone. */
export interface DeviceView {
  readonly device: Device;
  readonly label: string;
  readonly zone: Zone | undefined;
  readonly presence: Presence;
  readonly outsideTemperature: boolean;
  readonly outsideHumidity: boolean;
  /** Either of them. */
  readonly outside: boolean;
  /** Age of the reading shown, in seconds, where it is older than a sensor that sends can have; else `null`. */
  readonly staleSeconds: number | null;
  /** Since its last sign of life, seconds; `null` where there never was one. */
  readonly silentSeconds: number | null;
}

export const presenceGlyph: Readonly<Record<Presence, GlyphKind>> = {
  online: 'ok',
  warning: 'warn',
  offline: 'bad',
};

export function viewsOf(
  board: Board | undefined,
  siteRef: string | null,
  nowMs: number,
): readonly DeviceView[] {
  if (board === undefined) return [];
  const zones = new Map(board.zones.map((zone) => [zone.id, zone]));
  return [...board.devices.values()]
    .filter((device) => siteRef === null || device.siteRef === siteRef)
    .map((device) => viewOf(device, zones, nowMs));
}

function viewOf(device: Device, zones: ReadonlyMap<number, Zone>, nowMs: number): DeviceView {
  const zone = device.zoneId === null ? undefined : zones.get(device.zoneId);
  const outsideTemperature = isOutside(
    device.temperature,
    zone?.temperatureMin ?? null,
    zone?.temperatureMax ?? null,
  );
  const outsideHumidity = isOutside(device.humidity, zone?.humidityMin ?? null, zone?.humidityMax ?? null);
  const readingAge = device.readingMs === null ? null : nowMs - device.readingMs;
  return {
    device,
    label: device.name === '' ? device.mac : device.name,
    zone,
    presence: presenceAt(nowMs, device.seenMs),
    outsideTemperature,
    outsideHumidity,
    outside: outsideTemperature || outsideHumidity,
    staleSeconds: readingAge !== null && readingAge >= onlineWithinMs ? readingAge / 1000 : null,
    silentSeconds: device.seenMs === null ? null : Math.max(0, (nowMs - device.seenMs) / 1000),
  };
}

const urgency: Readonly<Record<Presence, number>> = { offline: 0, warning: 1, online: 3 };

/** What needs attention first, then by name. */
export function byUrgency(a: DeviceView, b: DeviceView): number {
  const of = (view: DeviceView): number =>
    view.presence === 'online' && view.outside ? 2 : urgency[view.presence];
  return of(a) - of(b) || a.label.localeCompare(b.label, undefined, { numeric: true });
}

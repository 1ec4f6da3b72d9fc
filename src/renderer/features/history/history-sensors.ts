import { letterOf } from '../../components/chart/chart-line.ts';
import type { Limits, RangeSummary } from '../../../shared/contract/history.ts';
import type { DeviceView } from '../devices/device-view.ts';

export const sensorsAtMost = 20;
const chosenAtFirst = 3;

export interface HistorySensor {
  readonly mac: string;
  readonly slot: number;
  readonly letter: string;
  readonly label: string;
  readonly view: DeviceView;
}

/** Whose history is shown: those of the address that exist; without any named, the first few of the site. */
export function sensorsOf(
  named: readonly string[] | undefined,
  views: readonly DeviceView[],
  all: readonly DeviceView[],
): readonly HistorySensor[] {
  const byMac = new Map<string, DeviceView>(all.map((view) => [view.device.mac, view]));
  const macs = named ?? views.slice(0, chosenAtFirst).map((view) => view.device.mac);
  return macs
    .flatMap((mac) => byMac.get(mac) ?? [])
    .slice(0, sensorsAtMost)
    .map((view, slot) => ({
      mac: view.device.mac,
      slot,
      letter: letterOf(slot),
      label: view.label,
      view,
    }));
}

export const nothingLimited: Limits = {
  temperatureMin: null,
  temperatureMax: null,
  humidityMin: null,
  humidityMax: null,
};

/** The limits that hold for a device: as the summary says, and until it is there those of its zone. */
export function limitsOf(sensor: HistorySensor, summaries: readonly RangeSummary[]): Limits {
  const summary = summaries.find((one) => one.mac === sensor.mac);
  if (summary !== undefined) return summary.limits;
  const { zone } = sensor.view;
  if (zone === undefined) return nothingLimited;
  const { temperatureMin, temperatureMax, humidityMin, humidityMax } = zone;
  return { temperatureMin, temperatureMax, humidityMin, humidityMax };
}

export const limitsKey = (limits: Limits): string =>
  [limits.temperatureMin, limits.temperatureMax, limits.humidityMin, limits.humidityMax].join(' ');

export interface LimitGroup {
  readonly key: string;
  readonly limits: Limits;
  /** Zones that have them, without repetition. */
  readonly zones: readonly string[];
}

/** The limits of all devices shown, each set once. */
export function limitGroups(
  sensors: readonly HistorySensor[],
  summaries: readonly RangeSummary[],
): readonly LimitGroup[] {
  const groups = new Map<string, { limits: Limits; zones: Set<string> }>();
  for (const sensor of sensors) {
    const limits = limitsOf(sensor, summaries);
    if (Object.values(limits).every((limit) => limit === null)) continue;
    const key = limitsKey(limits);
    const group = groups.get(key) ?? { limits, zones: new Set<string>() };
    groups.set(key, group);
    if (sensor.view.zone !== undefined) group.zones.add(sensor.view.zone.name);
  }
  return [...groups].map(([key, { limits, zones }]) => ({ key, limits, zones: [...zones] }));
}

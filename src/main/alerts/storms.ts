import type { AlertKind } from '../../shared/contract/alerts.ts';
import type { DeviceCondition } from './conditions.ts';

/** Devices that fail within so long of each other have one cause. */
export const stormWindowMs = 180_000;
/** So many, and such a share of those of their site, are many. */
const stormLeast = 3;
const stormShare = 0.2;
/** A site of which such a share fails, fails as a whole. */
const wholeSiteShare = 0.5;
/** So many sites that fail as a whole have a cause outside of them; of more sites than `fewSites`, one more. */
const wideLeastSites = 2;
const fewSites = 10;

/** What a broker, a network or a time server can do to several sites at once; a warm room is a matter of one. */
const wideKinds: ReadonlySet<AlertKind> = new Set<AlertKind>(['offline', 'clock-faulty']);

/** How many devices the application knows of each site; of `null`, of no site. */
export type DevicesOfSite = ReadonlyMap<string | null, number>;

export interface Silent {
  readonly siteRef: string | null;
  readonly sinceMs: number;
}

/** So many of a site (or of those without one) at once are one alert. */
export function stormFrom(siteRef: string | null, devicesOfSite: DevicesOfSite): number {
  return Math.max(stormLeast, Math.ceil((devicesOfSite.get(siteRef) ?? 0) * stormShare));
}

/** Boards that report rarely were last heard at moments that lie further apart. */
export function beganTogether(condition: DeviceCondition, sinceMs: number): boolean {
  const interval = condition.data['intervalMs'];
  const slackMs = typeof interval === 'number' ? interval : 0;
  return Math.abs(condition.sinceMs - sinceMs) <= stormWindowMs + slackMs;
}

/**
 * Of how many sites this is one alert: of those that fail as a whole, where they are several; else `null`.
 *
 * @param failing devices that fail together, wherever they are, and the site of each
 */
export function sitesThatFail(
  kind: AlertKind,
  failing: ReadonlyMap<string, string | null>,
  devicesOfSite: DevicesOfSite,
): number | null {
  if (!wideKinds.has(kind) || failing.size < stormLeast) return null;
  const bySite = new Map<string, number>();
  for (const siteRef of failing.values())
    if (siteRef !== null) bySite.set(siteRef, (bySite.get(siteRef) ?? 0) + 1);
  const whole = [...bySite].filter(
    ([siteRef, count]) => count >= (devicesOfSite.get(siteRef) ?? 0) * wholeSiteShare,
  ).length;
  const sites = [...devicesOfSite.keys()].filter((siteRef) => siteRef !== null).length;
  return whole >= (sites > fewSites ? wideLeastSites + 1 : wideLeastSites) ? whole : null;
}

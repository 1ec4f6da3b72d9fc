import { AppError } from '../../shared/domain/app-error.ts';
import type { Queryable } from '../storage/index.ts';
import { siteExists, zoneIsOf } from '../storage/queries/device-changes.ts';

export async function requireSite(connection: Queryable, ref: string): Promise<void> {
  if (!(await siteExists(connection, ref))) throw unknownSite(ref);
}

export async function requireZone(
  connection: Queryable,
  zoneId: number | null,
  siteRef: string,
): Promise<void> {
  if (zoneId === null || (await zoneIsOf(connection, zoneId, siteRef))) return;
  throw new AppError('request.invalid', 'That zone belongs to another site.', { field: 'zoneId' });
}

export function refuseCrossedLimits(min: number | null, max: number | null, what: string): void {
  if (min === null || max === null || min < max) return;
  throw new AppError('request.invalid', `The lower ${what} limit must be below the upper one.`, {
    field: what,
  });
}

export function unknownDevice(mac: string): AppError {
  return new AppError('device.unknown', `${mac} is not known.`, { mac });
}

export function unknownSite(ref: string): AppError {
  return new AppError('site.unknown', `There is no site ${ref}.`, { siteRef: ref });
}

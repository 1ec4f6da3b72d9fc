import type { Client } from '../../../shared/contract/contract.ts';
import { siteRef } from '../../../shared/contract/common.ts';
import type { BatchBoard } from '../../../shared/contract/provisioning.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { parseMacAddress } from '../../../shared/domain/mac-address.ts';
import { argument } from './answer.ts';
import { boardAt, type ProvisionOptions } from './provision-options.ts';

/**
 * A board that takes the place of a device gets its site, name, position and zone, but for what is named otherwise.
 *
 * @throws AppError `device.unknown`, `request.invalid`
 */
export async function boardTakingOver(
  client: Client,
  options: ProvisionOptions & { readonly replaces: string },
  signal: AbortSignal,
): Promise<readonly BatchBoard[]> {
  const mac = parseMacAddress(options.replaces);
  const device =
    mac === undefined ? undefined : (await devicesOf(client, signal)).find((one) => one.mac === mac);
  if (device === undefined)
    throw new AppError('device.unknown', `There is no device ${options.replaces}.`, {
      mac: options.replaces,
    });
  const site = options.site ?? device.siteRef;
  const name = options.name ?? device.name;
  if (site === null || name === '')
    throw new AppError(
      'request.invalid',
      `${device.mac} has no name or site yet: --site and --name say them.`,
      {
        field: 'name',
      },
    );
  const position = options.position === '' ? device.position : options.position;
  const place = { siteRef: argument(siteRef, site, '--site'), name, position };
  const [address = ''] = options.port;
  return [{ ...boardAt(options, address, place), zoneId: site === device.siteRef ? device.zoneId : null }];
}

async function devicesOf(client: Client, signal: AbortSignal) {
  for await (const { devices } of await client.devices.watch({}, { signal })) return devices;
  return [];
}

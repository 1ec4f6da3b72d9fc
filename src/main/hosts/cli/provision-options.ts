import { join } from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import {
  batchBoard,
  batchSettings,
  type BatchBoard,
  type BatchSettings,
} from '../../../shared/contract/provisioning.ts';
import { siteRef } from '../../../shared/contract/common.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { parseMacAddress } from '../../../shared/domain/mac-address.ts';
import { nextName } from '../../../shared/domain/next-name.ts';
import { silentLog } from '../../foundation/log.ts';
import { SettingsStore } from '../../settings/index.ts';
import { argument, withCommon, type Common } from './answer.ts';
import { withProgress } from './board-options.ts';
import { wifiPassword } from './improv-commands.ts';

export interface ProvisionOptions extends Common {
  readonly port: readonly string[];
  readonly events?: boolean;
  readonly site?: string;
  readonly siteName?: string;
  readonly name?: string;
  readonly position: string;
  readonly roster?: string;
  readonly replaces?: string;
  readonly firmware?: string;
  readonly wifiSsid: string;
  readonly wifiPasswordFile?: string;
  readonly wifiOpen?: boolean;
  readonly mqttHost: string;
  readonly mqttPort?: string;
  readonly mqttTls?: boolean;
  readonly interval: string;
  readonly dhtGpio: string;
  readonly dhtType: string;
  readonly ntpHost: string;
  readonly erase?: boolean;
  readonly backup?: boolean;
}

export function withProvisionOptions(command: Command): Command {
  return withProgress(withCommon(command))
    .requiredOption(
      '--port <port...>',
      'one or several: device path, socket://host:port, rfc2217://host:port',
    )
    .option('--site <ref>', 'site of the boards')
    .option('--site-name <name>', 'make the site with this name where it is not there yet')
    .option('--name <name>', 'name of the board; of several, the first, counted on')
    .option('--position <text>', 'where it hangs', '')
    .option('--roster <file>', 'CSV with mac, site, name, position, in place of --site and --name')
    .option(
      '--replaces <mac>',
      'the device whose place the board takes, with its site and name unless they are named',
    )
    .option(
      '--firmware <what>',
      'zip file, folder, address of a manifest or id; without it only the settings are written',
    )
    .requiredOption('--wifi-ssid <name>', 'network of the sensors')
    .option('--wifi-password-file <file>', 'file with its password (or the variable DATAYOTI_WIFI_PASSWORD)')
    .option('--wifi-open', 'the network has no password')
    .requiredOption('--mqtt-host <host>', 'under which the boards reach the broker of this machine')
    .option('--mqtt-port <port>', 'its port; else that of the settings')
    .option('--mqtt-tls', 'the boards connect with TLS')
    .option('--interval <seconds>', 'between two readings', '60')
    .option('--dht-gpio <pin>', 'pin of the sensor', '17')
    .option('--dht-type <type>', '11 or 22', '22')
    .option('--ntp-host <host>', 'time server', 'pool.ntp.org')
    .option('--erase', 'erase everything first')
    .option('--backup', 'keep a backup of what was on the board');
}

/** @throws AppError `request.invalid` naming the field and never a value; `file.unreadable` */
export async function settingsFrom(
  options: ProvisionOptions,
  data: string,
  firmwareId: string | null,
): Promise<BatchSettings> {
  const kept = (await SettingsStore.open(join(data, 'settings.json'), silentLog)).current;
  const tls = options.mqttTls === true;
  return checked(batchSettings, {
    firmwareId,
    wifiSsid: options.wifiSsid,
    wifiPassword: await wifiPassword(options.wifiPasswordFile, options.wifiOpen === true),
    mqttHost: options.mqttHost,
    mqttPort: Number(options.mqttPort ?? (tls ? kept.mqttsPort : kept.mqttPort)),
    mqttTls: tls,
    intervalS: Number(options.interval),
    dhtGpio: Number(options.dhtGpio),
    dhtType: Number(options.dhtType),
    ntpHost: options.ntpHost,
    eraseAll: options.erase === true,
    backupFirst: options.backup === true,
  });
}

/**
 * The boards by the order of their ports, without a roster; undefined for one that takes over from a device with
 * all that device has. @throws AppError `request.invalid`
 */
export function boardsFrom(options: ProvisionOptions): readonly BatchBoard[] | undefined {
  if (options.replaces !== undefined && parseMacAddress(options.replaces) === undefined)
    throw wrong('replaces', '--replaces: that is no MAC address.');
  if (options.replaces !== undefined && options.port.length > 1)
    throw wrong('replaces', '--replaces is for one board at a time.');
  if (options.replaces !== undefined && (options.site === undefined || options.name === undefined))
    return undefined;
  if (options.site === undefined || options.name === undefined)
    throw wrong('name', '--site and --name say what the boards become, or --roster does.');
  const site = argument(siteRef, options.site, '--site');
  let { name } = options;
  return options.port.map((address) => {
    const board = boardAt(options, address, { siteRef: site, name, position: options.position });
    name = nextName(name);
    return board;
  });
}

export function boardAt(
  { replaces }: ProvisionOptions,
  address: string,
  { siteRef: site, name, position }: Pick<BatchBoard, 'siteRef' | 'name' | 'position'>,
): BatchBoard {
  const mac = replaces === undefined ? null : parseMacAddress(replaces);
  if (mac === undefined) throw wrong('replaces', '--replaces: that is no MAC address.');
  return checked(batchBoard, {
    address,
    siteRef: site,
    name,
    position,
    zoneId: null,
    temperatureOffset: 0,
    humidityOffset: 0,
    replaces: mac,
  });
}

function checked<T>(schema: z.ZodType<T>, value: object): T {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  const [issue] = error.issues;
  const field = (issue?.path ?? []).map(String).join('.');
  throw wrong(field, `${field}: ${issue?.message ?? 'not valid'}.`);
}

function wrong(field: string, message: string): AppError {
  return new AppError('request.invalid', message, { field });
}

import type { BoardConfiguration, BoardIdentity } from '../../shared/contract/boards.ts';
import type { BatchBoard, BatchSettings } from '../../shared/contract/provisioning.ts';
import type { DeviceConfiguration } from '../../shared/domain/device-configuration.ts';
import {
  configurationDifference,
  configurationHash,
  configurationImage,
  configurationNamespace,
  parseDeviceConfiguration,
  storedConfiguration,
} from './device-configuration.ts';
import { parseNvs } from './nvs/index.ts';
import type { ConfigurationWriter } from './workflow/ports.ts';

type Wanted = Parameters<ConfigurationWriter['merge']>[1];

/** What a board of a batch is told, checked. @throws AppError `configuration.invalid` */
export function configurationFor({ settings, board, wifiPassword, login, ca }: Wanted): DeviceConfiguration {
  const { wifiSsid, mqttHost, mqttPort, mqttTls, intervalS, dhtGpio, dhtType, ntpHost } = settings;
  const { siteRef, name, temperatureOffset, humidityOffset } = board;
  return parseDeviceConfiguration({
    wifiSsid,
    wifiPassword,
    mqttHost,
    mqttPort,
    mqttTls,
    mqttCa: ca,
    mqttUser: login.username,
    mqttPassword: login.password,
    siteRef,
    name,
    intervalS,
    dhtGpio,
    dhtType,
    temperatureOffset,
    humidityOffset,
    ntpHost,
  });
}

/** Stands for the account, which is made only when everything else is known to be right. */
const anyLogin = { username: 'sensor', password: 'not made yet' };

export const configurationWriter: ConfigurationWriter = {
  check(wanted) {
    configurationFor({ ...wanted, login: anyLogin, ca: null });
  },

  loginIn(image) {
    const stored = storedConfiguration(parseNvs(image).entries);
    const username = stored?.values.mqttUser;
    const password = stored?.values.mqttPassword;
    return username === undefined || password === undefined ? null : { username, password };
  },

  merge(image, wanted) {
    const configuration = configurationFor(wanted);
    const others = new Set(
      parseNvs(image)
        .entries.map((entry) => entry.namespace)
        .filter((namespace) => namespace !== configurationNamespace),
    );
    return {
      image: configurationImage(configuration, image.length, image),
      sha256: configurationHash(configuration),
      keptNamespaces: others.size,
    };
  },
};

/** The configuration in an NVS partition without its secrets, and why it cannot be told where it cannot. */
export function configurationOn(
  image: Uint8Array | null,
): Pick<BoardIdentity, 'configuration' | 'configurationProblem'> {
  if (image === null) return { configuration: null, configurationProblem: 'no-partition' };
  const contents = parseNvs(image);
  if (contents.encrypted) return { configuration: null, configurationProblem: 'encrypted' };
  const stored = storedConfiguration(contents.entries);
  if (stored === undefined) {
    const damaged = contents.entries.length === 0 && contents.problems.length > 0;
    return { configuration: null, configurationProblem: damaged ? 'damaged' : 'none' };
  }
  return {
    configuration: shownConfiguration(stored.values),
    configurationProblem: stored.missing.length > 0 ? 'incomplete' : 'none',
  };
}

function shownConfiguration(values: Partial<DeviceConfiguration>): BoardConfiguration {
  return {
    wifiSsid: values.wifiSsid ?? '',
    hasWifiPassword: (values.wifiPassword ?? '') !== '',
    mqttHost: values.mqttHost ?? '',
    mqttPort: values.mqttPort ?? 0,
    mqttTls: values.mqttTls ?? false,
    mqttUser: values.mqttUser ?? '',
    hasMqttPassword: (values.mqttPassword ?? '') !== '',
    siteRef: values.siteRef ?? '',
    name: values.name ?? '',
    intervalS: values.intervalS ?? 0,
    dhtGpio: values.dhtGpio ?? 0,
    dhtType: values.dhtType ?? 0,
    temperatureOffset: values.temperatureOffset ?? 0,
    humidityOffset: values.humidityOffset ?? 0,
    ntpHost: values.ntpHost ?? '',
  };
}

/**
 * What would change on a board, field by field. The broker's account is left out, since it is made when the board
 * is written; a password is told as the same sign before and after.
 */
export function differenceFor(
  identity: BoardIdentity,
  board: BatchBoard,
  settings: BatchSettings,
): readonly { key: string; before: string | null; after: string | null }[] {
  const now = identity.configuration;
  const { siteRef, name, temperatureOffset, humidityOffset } = board;
  const { wifiSsid, mqttHost, mqttPort, mqttTls, intervalS, dhtGpio, dhtType, ntpHost } = settings;
  const after = {
    wifiSsid,
    mqttHost,
    mqttPort,
    mqttTls,
    siteRef,
    name,
    intervalS,
    dhtGpio,
    dhtType,
    temperatureOffset,
    humidityOffset,
    ntpHost,
  };
  const before: Partial<DeviceConfiguration> =
    now === null ? {} : { ...now, dhtType: now.dhtType === 11 ? 11 : 22 };
  return configurationDifference(pickKeys(before, Object.keys(after)), after).map(({ field, ...change }) => ({
    key: field,
    ...change,
  }));
}

function pickKeys(
  values: Partial<DeviceConfiguration>,
  keys: readonly string[],
): Partial<DeviceConfiguration> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => keys.includes(key)));
}

import { AppError } from '../../../shared/domain/app-error.ts';
import { improvError } from './improv-codec.ts';

/** `stopped` is known only to the SDK, `unauthorised` only to Bluetooth; a board may send them all the same. */
export type ImprovState = 'stopped' | 'unauthorised' | 'ready' | 'provisioning' | 'provisioned' | 'unknown';

const states: readonly ImprovState[] = ['stopped', 'unauthorised', 'ready', 'provisioning', 'provisioned'];

export function improvStateOf(value: number | undefined): ImprovState {
  return (value === undefined ? undefined : states[value]) ?? 'unknown';
}

export interface ImprovDeviceInfo {
  readonly firmware: string;
  readonly version: string;
  readonly chip: string;
  readonly deviceName: string;
  readonly osName: string | null;
  readonly osVersion: string | null;
}

export interface WifiNetwork {
  readonly ssid: string;
  /** dBm of the strongest access point of that name; `null` where the board sent no number. */
  readonly rssi: number | null;
  readonly secured: boolean;
}

export interface ImprovNetworkState {
  readonly online: boolean;
  readonly interfaces: readonly ('wifi' | 'ethernet' | 'thread' | 'modem')[];
  readonly urls: readonly string[];
}

/** Several access points with one name are one network, the strongest counts; strongest first, hidden ones left out. */
export function mergeNetworks(found: readonly (readonly string[])[]): readonly WifiNetwork[] {
  const networks = new Map<string, WifiNetwork>();
  for (const [ssid = '', rssiText = '', auth = ''] of found) {
    if (ssid === '') continue;
    const rssi = /^-?\d{1,3}$/.test(rssiText.trim()) ? Number(rssiText) : null;
    const known = networks.get(ssid);
    networks.set(ssid, {
      ssid,
      rssi: strongest(known?.rssi ?? null, rssi),
      // The first answer decides nothing: one secured access point is enough to need a password.
      secured: (known?.secured ?? false) || auth.toUpperCase() !== 'NO',
    });
  }
  return [...networks.values()].sort((a, b) => (b.rssi ?? -200) - (a.rssi ?? -200));
}

function strongest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

const interfaceBits = ['wifi', 'ethernet', 'thread', 'modem'] as const;

export function readNetworkState([flags = '', ...urls]: readonly string[]): ImprovNetworkState {
  const bits = /^\d{1,3}$/.test(flags) ? Number(flags) : 0;
  return {
    online: (bits & 1) !== 0,
    interfaces: interfaceBits.filter((_, at) => (bits & (2 << at)) !== 0),
    urls: webUrls(urls),
  };
}

/** Only addresses of web pages: a board must not make the application open anything else. */
export function webUrls(strings: readonly string[]): readonly string[] {
  return strings.filter((text) => /^https?:\/\//i.test(text) && URL.canParse(text));
}

export function improvFailure(error: number): AppError {
  switch (error) {
    case improvError.unknownCommand:
      return new AppError('improv.not-supported', 'the board does not know this Improv command', { error });
    case improvError.unableToConnect:
      return new AppError('improv.wifi-refused', 'the board could not join the network', { error });
    case improvError.badHostname:
      return new AppError('improv.bad-hostname', 'the board refuses this host name', { error });
    default:
      return new AppError('improv.failed', `the board answered with Improv error ${error}`, { error });
  }
}

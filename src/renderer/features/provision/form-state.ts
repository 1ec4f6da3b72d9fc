import type {
  BatchSettings,
  ProvisioningProfile,
  WifiNetwork,
} from '../../../shared/contract/provisioning.ts';
import { utf8Length } from '../../../shared/domain/utf8-length.ts';

/** The settings for all boards as they stand in the form. */
export interface ProvisionForm {
  readonly profileId: string | null;
  readonly siteRef: string;
  /** Empty until one is chosen; `null` writes no firmware. */
  readonly firmwareId: string | null;
  readonly wifiSsid: string;
  /** `null`: the one kept with the profile. */
  readonly wifiPassword: string | null;
  /** Said by the person, where the network is typed by hand or not heard here. */
  readonly openNetwork: boolean;
  readonly mqttHost: string;
  readonly mqttPort: number;
  readonly mqttTls: boolean;
  readonly intervalS: number;
  readonly dhtGpio: number;
  readonly dhtType: 11 | 22;
  readonly ntpHost: string;
  readonly eraseAll: boolean;
  readonly backupFirst: boolean;
}

export const emptyForm: ProvisionForm = {
  profileId: null,
  siteRef: '',
  firmwareId: '',
  wifiSsid: '',
  wifiPassword: '',
  openNetwork: false,
  mqttHost: '',
  mqttPort: 1883,
  mqttTls: false,
  intervalS: 60,
  dhtGpio: 17,
  dhtType: 22,
  ntpHost: '',
  eraseAll: false,
  backupFirst: false,
};

/** Where this machine has no other address; virtual boards reach it there. */
export const loopback = '127.0.0.1';

export type FormProblem =
  | 'site'
  | 'wifi'
  | 'wifiLong'
  | 'password'
  | 'passwordShort'
  | 'passwordLong'
  | 'host'
  | 'firmware';

/** Limits of WPA2 and of the name of a network (IEEE 802.11): 1 to 32 bytes, 8 to 63 characters. */
export function wifiProblem(
  ssid: string,
  password: string | null,
  open: boolean,
): 'wifi' | 'wifiLong' | 'password' | 'passwordShort' | 'passwordLong' | null {
  if (ssid === '') return 'wifi';
  if (utf8Length(ssid) > 32) return 'wifiLong';
  if (open || password === null) return null;
  if (password === '') return 'password';
  if (password.length < 8) return 'passwordShort';
  return utf8Length(password) > 63 ? 'passwordLong' : null;
}

/** IPv4, or a host name of letters, digits, hyphens and dots. */
export function isHost(text: string): boolean {
  if (/^\d+(\.\d+){3}$/.test(text)) return text.split('.').every((octet) => Number(octet) <= 255);
  return (
    text.length <= 253 &&
    /^(?!-)[a-z\d-]{1,63}(?<!-)(\.(?!-)[a-z\d-]{1,63}(?<!-))*$/i.test(text) &&
    !/^[\d.]+$/.test(text)
  );
}

export function isOpen(form: ProvisionForm, networks: readonly WifiNetwork[]): boolean {
  const heard = networks.find((network) => network.ssid === form.wifiSsid);
  return heard === undefined ? form.openNetwork : !heard.secured;
}

/** What is missing first, from top to bottom of the form; `null` where nothing is. */
export function formProblem(form: ProvisionForm, networks: readonly WifiNetwork[]): FormProblem | null {
  if (form.siteRef === '') return 'site';
  const wifi = wifiProblem(form.wifiSsid, form.wifiPassword, isOpen(form, networks));
  if (wifi !== null) return wifi;
  if (!isHost(form.mqttHost)) return 'host';
  return form.firmwareId === '' ? 'firmware' : null;
}

export function settingsOf(form: ProvisionForm, networks: readonly WifiNetwork[]): BatchSettings {
  const { profileId: _profile, siteRef: _site, openNetwork: _open, ...settings } = form;
  return { ...settings, wifiPassword: isOpen(form, networks) ? '' : form.wifiPassword };
}

export function formOf(profile: ProvisioningProfile): ProvisionForm {
  return {
    ...profile.settings,
    profileId: profile.id,
    siteRef: profile.siteRef,
    wifiPassword: profile.hasWifiPassword ? null : '',
    openNetwork: !profile.hasWifiPassword,
  };
}

/** One entry for each name, the strongest; those that a board can join (2.4 GHz) come first, then by strength. */
export function choicesOf(networks: readonly WifiNetwork[]): readonly WifiNetwork[] {
  const strongest = new Map<string, WifiNetwork>();
  for (const network of networks) {
    const other = strongest.get(network.ssid);
    if (network.ssid === '') continue;
    strongest.set(network.ssid, other === undefined ? network : merged(other, network));
  }
  return [...strongest.values()].sort(
    (a, b) => Number(a.band === '5') - Number(b.band === '5') || b.rssi - a.rssi,
  );
}

function merged(a: WifiNetwork, b: WifiNetwork): WifiNetwork {
  const [strong, weak] = a.rssi >= b.rssi ? [a, b] : [b, a];
  return {
    ...strong,
    band: strong.band === weak.band ? strong.band : 'both',
    secured: strong.secured || weak.secured,
    accessPoints: strong.accessPoints + weak.accessPoints,
  };
}

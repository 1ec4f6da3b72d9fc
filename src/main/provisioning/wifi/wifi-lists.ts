import { z } from 'zod';
import type { WifiNetwork } from '../../../shared/contract/provisioning.ts';

/** One access point as a system tool tells it. */
export interface AccessPoint {
  readonly ssid: string;
  /** dBm; converted from a percentage where the tool has no better. */
  readonly rssi: number;
  readonly channel: number;
  readonly band: '2.4' | '5';
  readonly secured: boolean;
}

const highestChannel24 = 14;

/** Windows and NetworkManager tell quality as 0 to 100 %, which stands for -100 to -50 dBm. */
function dbmOf(percent: number): number {
  return Math.round(Math.min(100, Math.max(0, percent)) / 2 - 100);
}

function bandOf(channel: number): '2.4' | '5' {
  return channel <= highestChannel24 ? '2.4' : '5';
}

/** `nmcli --terse --escape yes --fields SSID,SIGNAL,CHAN,FREQ,SECURITY device wifi list` */
export function parseNmcli(text: string): readonly AccessPoint[] {
  return text.split('\n').flatMap((line) => {
    const fields = splitEscaped(line);
    const [ssid, signal, channel, frequency, security] = fields;
    if (fields.length < 5 || ssid === undefined || ssid === '') return [];
    const megahertz = Number.parseInt(frequency ?? '', 10);
    return [
      {
        ssid,
        rssi: dbmOf(Number(signal)),
        channel: Number(channel),
        band: megahertz > 3_000 ? ('5' as const) : ('2.4' as const),
        secured: security !== undefined && security !== '' && security !== '--',
      },
    ];
  });
}

/** Fields separated by colons; `\:` and `\\` stand for themselves. */
function splitEscaped(line: string): readonly string[] {
  const fields = [''];
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === ':') fields.push('');
    else fields[fields.length - 1] += char === '\\' ? line.charAt(++i) : char;
  }
  return fields;
}

/**
 * `netsh wlan show networks mode=bssid`, in any display language: it is read by its shape, since the words are
 * translated. A block begins with `SSID n : name`; the authentication is its second line; below each
 * `BSSID n : mac` stand the signal as the first percentage and the channel as the first bare number.
 */
export function parseNetsh(text: string): readonly AccessPoint[] {
  const points: AccessPoint[] = [];
  let ssid = '';
  let linesIn = 0;
  let secured = true;
  let percent: number | undefined;
  for (const line of text.split(/\r?\n/)) {
    const name = /^SSID \d+\s*:\s?(.*)$/.exec(line);
    if (name !== null) {
      ssid = name[1] ?? '';
      linesIn = 0;
      percent = undefined;
      continue;
    }
    linesIn++;
    const value = /:\s*(.*)$/.exec(line)?.[1]?.trim() ?? '';
    if (linesIn === 2) secured = !/^(open|ouvert|offen|abierta|aperta)/i.test(value);
    const quality = /^(\d+)\s?%$/.exec(value);
    if (quality !== null) percent = Number(quality[1]);
    else if (percent !== undefined && /^\d{1,3}$/.test(value)) {
      const channel = Number(value);
      if (ssid !== '') points.push({ ssid, rssi: dbmOf(percent), channel, band: bandOf(channel), secured });
      percent = undefined;
    }
  }
  return points;
}

const airport = z.object({
  SPAirPortDataType: z.array(
    z.looseObject({
      spairport_airport_interfaces: z
        .array(
          z.looseObject({
            spairport_airport_other_local_wireless_networks: z
              .array(
                z.looseObject({
                  _name: z.string(),
                  spairport_network_channel: z.string().optional(),
                  spairport_security_mode: z.string().optional(),
                  spairport_signal_noise: z.string().optional(),
                }),
              )
              .optional(),
          }),
        )
        .optional(),
    }),
  ),
});

/** `system_profiler -json SPAirPortDataType`: channel `6 (2GHz, 20MHz)`, signal `-52 dBm / -94 dBm`. */
export function parseSystemProfiler(text: string): readonly AccessPoint[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return [];
  }
  const parsed = airport.safeParse(json);
  if (!parsed.success) return [];
  return parsed.data.SPAirPortDataType.flatMap((type) => type.spairport_airport_interfaces ?? [])
    .flatMap((card) => card.spairport_airport_other_local_wireless_networks ?? [])
    .map((network) => {
      const channel = Number.parseInt(network.spairport_network_channel ?? '0', 10);
      return {
        ssid: network['_name'],
        rssi: Number.parseInt(network.spairport_signal_noise ?? '-100', 10),
        channel,
        band: network.spairport_network_channel?.includes('5GHz') === true ? ('5' as const) : bandOf(channel),
        secured: !/none/i.test(network.spairport_security_mode ?? ''),
      };
    });
}

/** One entry per name, strongest first; a board hears only 2.4 GHz, so that band's channel is the one told. */
export function mergeAccessPoints(points: readonly AccessPoint[]): readonly WifiNetwork[] {
  const byName = new Map<string, AccessPoint[]>();
  for (const point of points) byName.set(point.ssid, [...(byName.get(point.ssid) ?? []), point]);
  return [...byName]
    .map(([ssid, all]) => {
      const usable = all.filter((point) => point.band === '2.4');
      const best = (usable.length > 0 ? usable : all).reduce((a, b) => (b.rssi > a.rssi ? b : a));
      const bands = new Set(all.map((point) => point.band));
      return {
        ssid,
        rssi: best.rssi,
        channel: best.channel,
        band: bands.size === 2 ? ('both' as const) : best.band,
        secured: all.some((point) => point.secured),
        accessPoints: all.length,
      };
    })
    .toSorted((a, b) => b.rssi - a.rssi || a.ssid.localeCompare(b.ssid));
}

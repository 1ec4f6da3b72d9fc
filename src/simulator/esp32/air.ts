/** A Wi-Fi network that the simulated board can hear. */
export interface AirNetwork {
  readonly ssid: string;
  /** Empty for an open network. */
  readonly password: string;
  /** dBm at the board. */
  readonly rssi: number;
  /** Whether it hands out addresses; true unless said otherwise. */
  readonly dhcp?: boolean;
  /** Not answered in scans. */
  readonly hidden?: boolean;
}

/** Everything around the board that its radio meets. */
export interface Air {
  readonly networks: readonly AirNetwork[];
  /** Any other network exists too, with whatever password: for a demonstration on a stranger's settings. */
  readonly acceptsAny: boolean;
  /** Whether the board reaches a time server once it has an address. */
  readonly timeServer: boolean;
}

export type JoinOutcome =
  | { readonly joined: true; readonly rssi: number; readonly ip: string }
  | { readonly joined: false; readonly why: 'no-such-network' | 'wrong-password' | 'no-address' };

export const demoAir: Air = { networks: [], acceptsAny: true, timeServer: true };

const strangersRssi = -57;

export function join(air: Air, ssid: string, password: string): JoinOutcome {
  const heard = air.networks.filter((network) => network.ssid === ssid).sort((a, b) => b.rssi - a.rssi)[0];
  if (heard === undefined) {
    return air.acceptsAny
      ? { joined: true, rssi: strangersRssi, ip: '192.168.4.23' }
      : { joined: false, why: 'no-such-network' };
  }
  if (heard.password !== password) return { joined: false, why: 'wrong-password' };
  if (heard.dhcp === false) return { joined: false, why: 'no-address' };
  return { joined: true, rssi: heard.rssi, ip: '192.168.4.23' };
}

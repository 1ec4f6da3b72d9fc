import { networkInterfaces } from 'node:os';

export interface LocalAddress {
  /** `eth0`, `Wi-Fi`, as the system calls it. */
  readonly name: string;
  readonly address: string;
  readonly kind: 'loopback' | 'lan' | 'all';
}

export function isAny(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** IPv4 addresses on which a broker can listen, loopback first, all of them last. */
export function localAddresses(): readonly LocalAddress[] {
  const found = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family }) => family === 'IPv4')
      .map(({ address, internal }) => ({
        name,
        address,
        kind: internal ? ('loopback' as const) : ('lan' as const),
      })),
  );
  const loopback = found.filter(({ kind }) => kind === 'loopback');
  const lan = found.filter(({ kind }) => kind === 'lan');
  return [...loopback, ...lan, { name: '', address: '0.0.0.0', kind: 'all' }];
}

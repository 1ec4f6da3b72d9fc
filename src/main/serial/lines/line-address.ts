import { AppError } from '../../../shared/domain/app-error.ts';

export interface NetworkAddress {
  readonly kind: 'socket' | 'rfc2217';
  readonly address: string;
  readonly host: string;
  readonly port: number;
  /** Do not wait for the server's answer to a change of DTR and RTS, as pyserial calls it. */
  readonly ignoreSetControl: boolean;
}

export type LineAddress =
  | { readonly kind: 'device'; readonly address: string }
  | { readonly kind: 'virtual'; readonly address: string }
  | NetworkAddress;

const invalid = (address: string): AppError =>
  new AppError('serial.address-invalid', `"${address}" is not a port or a network address`, { address });

/**
 * Reads what a person or a list gives as a port. Options after `?` are those of pyserial, of which
 * `ign_set_control` is understood and the others are passed over, so that an address that esptool takes is
 * taken here too.
 *
 * @throws AppError `serial.address-invalid`
 */
export function parseLineAddress(address: string): LineAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    const looksLikeDevice = /^(\/|COM\d+$|\\\\[.?]\\)/i.test(address);
    if (!looksLikeDevice || /\p{Cc}/u.test(address)) throw invalid(address);
    return { kind: 'device', address };
  }
  if (scheme === 'virtual') return { kind: 'virtual', address };
  if (scheme !== 'socket' && scheme !== 'rfc2217') throw invalid(address);
  // Only special schemes get their host checked by URL; a name with a password in it is never wanted here.
  if (!URL.canParse(address.replace(/^[a-z0-9]+:/i, 'http:'))) throw invalid(address);
  const url = new URL(address.replace(/^[a-z0-9]+:/i, 'http:'));
  const port = /:(\d+)(?:[/?#]|$)/.exec(address.slice(address.lastIndexOf(']') + 1).replace(/^.*?:\/\//, ''));
  if (port === null || url.hostname === '' || url.username !== '' || url.password !== '')
    throw invalid(address);
  const number = Number(port[1]);
  if (number < 1 || number > 65_535) throw invalid(address);
  return {
    kind: scheme,
    address,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: number,
    ignoreSetControl: url.searchParams.has('ign_set_control'),
  };
}

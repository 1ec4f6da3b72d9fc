import type { PortInfo } from '../../../shared/contract/ports.ts';
import type { ListedPort } from './port-lister.ts';
import { usbName } from './usb-bridges.ts';

/** Serial numbers that a whole production run shares (CP2102 as delivered, clones, empty memories). */
const sharedSerialNumber = /^(0+1?|f+|1234567890|0123456789|123456789abcdef)$/i;
/** What Windows makes up from the place where a device without serial number is plugged in. */
const windowsPlace = /&/;

/** What a list shows of a port of this machine. `sinceMs` is filled in by who keeps the list. */
export function describePort(port: ListedPort): Omit<PortInfo, 'sinceMs'> {
  const { usb } = port;
  const name = usb === null ? null : usbName(usb.vendorId, usb.productId);
  return {
    id: portId(port),
    address: port.path,
    kind: usb === null ? 'other' : 'usb',
    usb,
    chip: name?.chip ?? usb?.product ?? null,
    maker: name?.maker ?? usb?.manufacturer ?? null,
    likelyBoard: name?.likelyBoard ?? false,
    nativeUsb: name?.nativeUsb ?? false,
    label: null,
  };
}

/**
 * A board with a serial number of its own keeps its id in every socket; one without keeps it as long as it stays
 * in the same socket; the device path is the last resort, because it depends on the order of plugging in.
 */
function portId({ path, usb, location, interfaceNumber }: ListedPort): string {
  if (usb === null) return path;
  const hex = (value: number): string => value.toString(16).padStart(4, '0');
  const kind = `usb:${hex(usb.vendorId)}:${hex(usb.productId)}`;
  const part = interfaceNumber === null || interfaceNumber === 0 ? '' : `.${interfaceNumber}`;
  const { serialNumber } = usb;
  if (serialNumber !== null && !sharedSerialNumber.test(serialNumber) && !windowsPlace.test(serialNumber))
    return `${kind}:${serialNumber}${part}`;
  return location === null ? `${kind}@${path}` : `${kind}@${location}${part}`;
}

const rank = (port: PortInfo): number => {
  if (port.kind === 'usb' && port.likelyBoard) return 0;
  if (port.kind === 'virtual') return 1;
  if (port.kind === 'network') return 2;
  return port.kind === 'usb' ? 3 : 4;
};

/** Boards first; then by address, with `COM10` after `COM9`. */
export function byLikelihood(a: PortInfo, b: PortInfo): number {
  return rank(a) - rank(b) || a.address.localeCompare(b.address, 'en', { numeric: true });
}

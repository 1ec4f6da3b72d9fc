import { AppError } from '../../../shared/domain/app-error.ts';
import type { LineOpener, UsbIdentity } from '../serial-line.ts';
import { parseLineAddress } from './line-address.ts';
import { openLocalLine } from './local-line.ts';
import { openRfc2217Line } from './rfc2217-line.ts';
import { openSocketLine } from './socket-line.ts';

export interface LineOpenerParts {
  /** The USB identity of a device path, as the list of ports knows it; `null` where there is none. */
  readonly usbOf?: (address: string) => UsbIdentity | null;
  /** Opens `virtual://name`: boards that live inside the application. */
  readonly virtual?: LineOpener;
}

/** Opens whatever an address names: a device, a socket, a remote serial port or a virtual board. */
export function createLineOpener({ usbOf = () => null, virtual }: LineOpenerParts = {}): LineOpener {
  return {
    open: async (address, options, signal) => {
      const target = parseLineAddress(address);
      if (target.kind === 'socket') return openSocketLine(target, options, signal);
      if (target.kind === 'rfc2217') return openRfc2217Line(target, options, signal);
      if (target.kind === 'device')
        return openLocalLine(address, { ...options, usb: usbOf(address) }, signal);
      if (virtual === undefined)
        throw new AppError('serial.port-not-found', `there is no ${address} here`, { address });
      return virtual.open(address, options, signal);
    },
  };
}

import type { UsbDevice } from '../../../shared/contract/ports.ts';
import { listLinuxPorts } from './linux-ports.ts';

/** A port as the system lists it, before it has a name. */
export interface ListedPort {
  readonly path: string;
  readonly usb: UsbDevice | null;
  /** Where it is plugged in, as the system writes it (`1-2.3`); `null` where it does not say. */
  readonly location: string | null;
  /** Adapters with several ports have them on several interfaces of one USB device. */
  readonly interfaceNumber: number | null;
}

export interface PortLister {
  list(): Promise<readonly ListedPort[]>;
}

/** Ports that are never a board: a macOS for its own use, Bluetooth headsets. */
const neverABoard = /Bluetooth-Incoming-Port|debug-console|wlan-debug/;

/** The ports of this machine: on Linux from sysfs, which needs no program and costs little, else by serialport. */
export const systemPortLister: PortLister = {
  list: () => (process.platform === 'linux' ? listLinuxPorts() : listBySerialport()),
};

/** What serialport tells of a port; its own declaration hides this behind types of packages that are not ours. */
interface SerialportEntry {
  readonly path: string;
  readonly vendorId?: string;
  readonly productId?: string;
  readonly serialNumber?: string;
  readonly manufacturer?: string;
  readonly locationId?: string;
}

async function listBySerialport(): Promise<readonly ListedPort[]> {
  const { SerialPort } = await import('serialport');
  const hex = (text: string | undefined): number => Number.parseInt(text ?? '', 16);
  const entries = (await SerialPort.list()) as readonly SerialportEntry[];
  return entries
    .filter(({ path }) => !neverABoard.test(path))
    .map((port) => {
      const [vendorId, productId] = [hex(port.vendorId), hex(port.productId)];
      const isUsb = !Number.isNaN(vendorId) && !Number.isNaN(productId);
      return {
        // On macOS `tty.*` waits for a carrier where `cu.*` does not.
        path: port.path.replace(/^\/dev\/tty\./, '/dev/cu.'),
        usb: isUsb
          ? {
              vendorId,
              productId,
              serialNumber: port.serialNumber ?? null,
              manufacturer: port.manufacturer ?? null,
              product: null,
            }
          : null,
        location: port.locationId ?? null,
        interfaceNumber: null,
      };
    });
}

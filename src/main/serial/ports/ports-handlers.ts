import type { portsContract, PortUse } from '../../../shared/contract/ports.ts';
import type { HandlersOf } from '../../../shared/contract/procedure.ts';
import { watchState } from '../../foundation/watch-state.ts';
import type { Evidence } from '../doctor/evidence.ts';
import { diagnose } from '../doctor/serial-doctor.ts';
import { deviceGroup, readSystemFacts } from '../doctor/system-facts.ts';
import { deviceHolder } from './device-holder.ts';
import type { PortDirectory } from './port-directory.ts';

const watchIntervalMs = 500;

export interface PortsParts {
  readonly ports: PortDirectory;
  /** Ports that a task of this application has open. */
  readonly isHeld: (address: string) => boolean;
}

export function portsHandlers({
  ports,
  isHeld,
}: PortsParts): HandlersOf<{ ports: typeof portsContract }>['ports'] {
  const usedBy = async (address: string): Promise<PortUse> =>
    isHeld(address) ? { state: 'in-use', pid: process.pid, program: null } : deviceHolder(address);
  return {
    async *watch(_input, signal) {
      for await (const list of watchState(ports, watchIntervalMs, signal)) yield { ports: list };
    },
    addNetwork: ({ address, label }) => {
      ports.addNetwork(address, label);
      return Promise.resolve({});
    },
    removeNetwork: ({ address }) => {
      ports.remove(address);
      return Promise.resolve({});
    },
    use: ({ address }) => usedBy(address),
    advice: async ({ address, code }) => {
      const port = ports.state().find((entry) => entry.address === address);
      const isDevice = address !== null && !address.includes('://');
      const evidence: Evidence = {
        system: await readSystemFacts(),
        phase: address === null ? 'plug-in' : code?.startsWith('flash.') === true ? 'connect' : 'open',
        error: code === null ? null : { code, message: '', data: address === null ? {} : { address } },
        address: address ?? '',
        usb: port?.usb ?? null,
        nativeUsb: port?.nativeUsb ?? false,
        behindHub: false,
        deviceGroup: isDevice ? await deviceGroup(address) : null,
        use: isDevice ? await usedBy(address) : null,
        usbSeenWithoutPort: null,
        otherBoards: ports
          .state()
          .filter((entry) => entry.likelyBoard && entry.address !== address)
          .map((entry) => entry.address),
        portReturned: address !== null && port !== undefined,
        baudRate: 115_200,
        bytesReceived: null,
        log: new Set(),
        blankFlash: false,
        secureDownload: code === 'flash.secure-download',
      };
      const advice = diagnose(evidence);
      return { items: advice === null ? [] : [advice] };
    },
  };
}

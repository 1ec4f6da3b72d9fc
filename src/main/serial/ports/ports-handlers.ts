import type { portsContract, PortUse } from '../../../shared/contract/ports.ts';
import type { HandlersOf } from '../../../shared/contract/procedure.ts';
import { watchState } from '../../foundation/watch-state.ts';
import { systemDoctor } from '../doctor/system-doctor.ts';
import type { NotedOpener } from '../noted-opener.ts';
import { deviceHolder } from './device-holder.ts';
import type { PortDirectory } from './port-directory.ts';

const watchIntervalMs = 500;

export interface PortsParts {
  readonly ports: PortDirectory;
  readonly notes: NotedOpener;
  /** Ports that a task of this application has open. */
  readonly isHeld: (address: string) => boolean;
}

export function portsHandlers({
  ports,
  notes,
  isHeld,
}: PortsParts): HandlersOf<{ ports: typeof portsContract }>['ports'] {
  const usedBy = async (address: string): Promise<PortUse> =>
    isHeld(address) ? { state: 'in-use', pid: process.pid, program: null } : deviceHolder(address);
  const doctor = systemDoctor({ ports, notes, usedBy });
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
    advice: async (complaint) => {
      const advice = await doctor(complaint);
      return { items: advice === null ? [] : [advice] };
    },
  };
}

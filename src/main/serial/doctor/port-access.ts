import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { listLinuxPorts } from '../ports/linux-ports.ts';
import type { UsbIdentity } from '../serial-line.ts';
import type { Evidence, SystemFacts } from './evidence.ts';
import { serialGroup } from './remedies.ts';
import { diagnose } from './serial-doctor.ts';
import { deviceGroup, readSystemFacts } from './system-facts.ts';

/** Whether this account may open serial ports, found out without opening one. */
export interface PortAccess {
  /** Device paths there are. */
  readonly ports: readonly string[];
  /** Those of them that it may not open. */
  readonly denied: readonly string[];
  /** Why, as the doctor's symptom; `null` where it may, and on systems that have no such rights. */
  readonly symptom: string | null;
  /** The command of this distribution that changes it, where a command does. */
  readonly command: string | null;
}

export interface PortAccessParts {
  readonly facts: SystemFacts;
  /** Of the file system. */
  readonly root: string;
  readonly mayOpen: (path: string) => Promise<boolean>;
  readonly isSuperuser: boolean;
}

const readAndWrite = (path: string): Promise<boolean> =>
  access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );

/** By the ports that are there; where none is, by the groups of the account. */
export async function portAccess(parts: Partial<PortAccessParts> = {}): Promise<PortAccess> {
  const { root = '/', mayOpen = readAndWrite, isSuperuser = process.getuid?.() === 0 } = parts;
  const asked = parts.facts ?? (await readSystemFacts(root));
  // A port that a container was not given is none here: of those it has, only the rights can be judged.
  const facts = asked.confinement === 'container' ? { ...asked, confinement: null } : asked;
  if (facts.system !== 'linux') return { ports: [], denied: [], symptom: null, command: null };
  const listed = (await listLinuxPorts(join(root, 'sys'))).filter(({ usb }) => usb !== null);
  const ports = listed.map(({ path }) => path);
  const denied: string[] = [];
  for (const path of ports) if (!(await mayOpen(join(root, path)))) denied.push(path);
  const [first] = denied;
  if (first !== undefined) {
    const usb = listed.find(({ path }) => path === first)?.usb ?? null;
    return { ports, denied, ...why(facts, first, await deviceGroup(join(root, first), root), usb) };
  }
  const anywhere = why(facts, '', null, null);
  // Without a port only the group can be judged: whether a rule gives devices away shows when one is there.
  const fine =
    ports.length > 0 ||
    isSuperuser ||
    facts.groups.includes(serialGroup({ system: facts, deviceGroup: null }));
  return { ports, denied, ...(fine ? { symptom: null, command: null } : anywhere) };
}

function why(
  system: SystemFacts,
  address: string,
  group: string | null,
  usb: UsbIdentity | null,
): Pick<PortAccess, 'symptom' | 'command'> {
  const evidence: Evidence = {
    system,
    phase: 'open',
    error: { code: 'serial.access-denied', message: '', data: {} },
    address,
    usb,
    nativeUsb: false,
    behindHub: null,
    deviceGroup: group,
    use: null,
    usbSeenWithoutPort: null,
    otherBoards: [],
    portReturned: false,
    baudRate: 115_200,
    bytesReceived: null,
    log: new Set(),
    blankFlash: false,
    secureDownload: false,
  };
  const advice = diagnose(evidence);
  const command = advice?.data['command'];
  return { symptom: advice?.symptom ?? null, command: typeof command === 'string' ? command : null };
}

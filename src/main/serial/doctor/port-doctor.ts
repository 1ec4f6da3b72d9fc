import type { PortAdvice, PortInfo, PortUse } from '../../../shared/contract/ports.ts';
import type { ErrorCode, ErrorData } from '../../../shared/domain/app-error.ts';
import type { NotedOpener } from '../noted-opener.ts';
import type { PortDirectory } from '../ports/port-directory.ts';
import { boardWithoutPort, isBehindHub, type UsbOnBus } from '../ports/usb-devices.ts';
import type { Evidence, Phase, SystemFacts } from './evidence.ts';
import { diagnose } from './serial-doctor.ts';

/** Where the doctor looks. */
export interface PortDoctorParts {
  readonly ports: Pick<PortDirectory, 'refresh' | 'state' | 'listed' | 'lastSeen'>;
  readonly notes: Pick<NotedOpener, 'notesOf'>;
  readonly facts: () => Promise<SystemFacts>;
  readonly usbDevices: () => Promise<readonly UsbOnBus[] | null>;
  readonly usedBy: (address: string) => Promise<PortUse>;
  readonly deviceGroup: (address: string) => Promise<string | null>;
}

/** What went wrong: at a port, or without an address that none is there. */
export interface Complaint {
  readonly address: string | null;
  /** `null` where no error tells and the log of the board is to be judged. */
  readonly code: ErrorCode | null;
  readonly data?: ErrorData;
}

const connecting: ReadonlySet<ErrorCode> = new Set([
  'flash.no-sync',
  'flash.wrong-boot-mode',
  'flash.send-path-down',
  'flash.secure-download',
]);
/** Trouble that a slower line may cure. */
const writing: ReadonlySet<ErrorCode> = new Set([
  'flash.no-answer',
  'flash.refused',
  'flash.protocol',
  'flash.stub-failed',
  'flash.md5-mismatch',
  'flash.write-failed',
  'flash.read-failed',
]);
const running: ReadonlySet<ErrorCode> = new Set(['flash.no-boot', 'improv.no-answer']);

/** What was being done; `null` where the error says all that there is to say. */
function phaseOf({ address, code }: Complaint): Phase | null {
  if (address === null) return 'plug-in';
  if (code === null || running.has(code)) return 'run';
  if (connecting.has(code)) return 'connect';
  if (writing.has(code)) return 'write';
  return code.startsWith('serial.') ? 'open' : null;
}

/** One cause and one action for a complaint; `null` where nothing more is known than the error says. */
export async function consult(parts: PortDoctorParts, complaint: Complaint): Promise<PortAdvice | null> {
  const evidence = await collectEvidence(parts, complaint);
  return evidence === null ? null : diagnose(evidence);
}

/** Everything that can be found out now, from the system and from what was noted at the port. */
export async function collectEvidence(
  parts: PortDoctorParts,
  complaint: Complaint,
): Promise<Evidence | null> {
  const phase = phaseOf(complaint);
  if (phase === null) return null;
  const { address, code, data = {} } = complaint;
  const { ports, notes } = parts;
  // The list is up to a second old, and a port that went away or came back is what this is about.
  await ports.refresh();
  const system = await parts.facts();
  const seen = address === null ? undefined : ports.lastSeen(address);
  const noted = notes.notesOf(address ?? '');
  const isDevice = address !== null && !address.includes('://');
  const isMissing = phase === 'plug-in' || code === 'serial.port-not-found';
  const devices = isMissing ? await parts.usbDevices() : null;
  const lone = devices === null ? undefined : boardWithoutPort(devices, ports.listed());
  return {
    system,
    phase,
    error: code === null ? null : { code, message: messageOf(noted.openError, code), data },
    address: address ?? '',
    usb: seen?.listed.usb ?? lone ?? null,
    nativeUsb: seen?.info.nativeUsb ?? false,
    behindHub: isBehindHub(seen?.listed.location ?? null, system.system),
    deviceGroup: isDevice ? await parts.deviceGroup(address) : null,
    use: isDevice ? await parts.usedBy(address) : null,
    usbSeenWithoutPort: devices === null ? null : lone !== undefined,
    otherBoards: ports
      .state()
      .filter((port) => port.likelyBoard && port.kind === 'usb' && port.address !== address)
      .map((port) => port.address),
    portReturned: code === 'serial.disconnected' && isBack(ports.state(), seen?.info),
    baudRate: typeof data['baudRate'] === 'number' ? data['baudRate'] : (noted.baudRate ?? 115_200),
    bytesReceived: noted.bytesReceived,
    log: noted.log,
    blankFlash: noted.blankFlash,
    secureDownload: code === 'flash.secure-download',
  };
}

/** The words of the system belong to the error that was met, not to another one of an earlier try. */
function messageOf(
  error: { readonly code: ErrorCode; readonly message: string } | null,
  code: ErrorCode,
): string {
  return error?.code === code ? error.message : '';
}

const isBack = (ports: readonly PortInfo[], lost: Pick<PortInfo, 'id'> | undefined): boolean =>
  lost !== undefined && ports.some(({ id }) => id === lost.id);

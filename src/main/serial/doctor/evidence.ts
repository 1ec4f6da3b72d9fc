import type { PortUse } from '../../../shared/contract/ports.ts';
import type { ErrorReport } from '../../../shared/domain/app-error.ts';
import type { UsbIdentity } from '../serial-line.ts';

export type SystemName = 'linux' | 'darwin' | 'windows';

/** What is known of the computer; see `readSystemFacts`. */
export interface SystemFacts {
  readonly system: SystemName;
  /** First number of the kernel's release; 18 on macOS 10.14. */
  readonly release: number;
  /** `ID` and `ID_LIKE` of os-release(5): `ubuntu`, `debian`. */
  readonly distribution: readonly string[];
  readonly user: string;
  /** Groups that this process has. */
  readonly groups: readonly string[];
  /** Groups that the account has in the account database, of which a session begun earlier knows nothing. */
  readonly accountGroups: readonly string[];
  readonly confinement: 'flatpak' | 'snap' | 'container' | 'wsl' | 'vm' | null;
  /** Of the programs that are known to take ports away. */
  readonly running: readonly string[];
}

/** What was being done when it failed. */
export type Phase = 'plug-in' | 'open' | 'connect' | 'write' | 'run' | 'configure';

/** All that is known of one failure; what was not looked at is `null` or empty. */
export interface Evidence {
  readonly system: SystemFacts;
  readonly phase: Phase;
  readonly error: ErrorReport | null;
  readonly address: string;
  readonly usb: UsbIdentity | null;
  readonly nativeUsb: boolean;
  /** The port hangs on a hub; `null` where the system does not say. */
  readonly behindHub: boolean | null;
  /** Group that owns the device. */
  readonly deviceGroup: string | null;
  readonly use: PortUse | null;
  /** Where a port is missed: does the system see a board that has none? `null` where it does not say. */
  readonly usbSeenWithoutPort: boolean | null;
  /** Boards that are there under another address. */
  readonly otherBoards: readonly string[];
  /** The port that was lost has come back, perhaps under another address. */
  readonly portReturned: boolean;
  readonly baudRate: number;
  /** `null` where nobody listened. */
  readonly bytesReceived: number | null;
  /** Events of the board's log, by id, since the work began. */
  readonly log: ReadonlySet<string>;
  /** `invalid header: 0xffffffff`: the flash is empty rather than wrong. */
  readonly blankFlash: boolean;
  readonly secureDownload: boolean;
}

export type AdviceData = Readonly<Record<string, string | number | boolean | null>>;

export interface Symptom {
  /** Its words are `portDoctor.<id>.cause` and `.action`, or `.actions.<system>` where systems differ. */
  readonly id: string;
  /** What the words name where the symptom is there, else `undefined`. */
  readonly when: (evidence: Evidence) => AdviceData | undefined;
  readonly perSystem?: true;
}

/** A symptom that is there when the condition holds. */
export function symptom(
  id: string,
  condition: (evidence: Evidence) => boolean,
  data: (evidence: Evidence) => AdviceData = () => ({}),
  perSystem?: 'per system',
): Symptom {
  return {
    id,
    when: (evidence) => (condition(evidence) ? { address: evidence.address, ...data(evidence) } : undefined),
    ...(perSystem === undefined ? {} : { perSystem: true as const }),
  };
}

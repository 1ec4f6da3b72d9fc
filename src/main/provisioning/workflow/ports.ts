import type { BatchBoard, BatchSettings, StepState } from '../../../shared/contract/provisioning.ts';
import type { BoardIdentity, StepProgress } from '../../../shared/contract/boards.ts';
import type { Closable } from '../../foundation/disposer.ts';

/** What the workflow needs of flashing, the broker, the ingest and the records; wired by the composition root. */

/** Something that the serial log of a running board says, as far as the workflow cares. */
export type BoardSign =
  | 'booted'
  | 'wifi-joined'
  | 'broker-joined'
  | 'no-such-network'
  | 'wrong-wifi-password'
  | 'no-ip-address'
  | 'broker-unreachable'
  | 'broker-refused-login'
  | 'sensor-silent'
  | 'crash'
  | 'brown-out'
  | 'invalid-image';

export interface BoardLogLine {
  readonly timeMs: number;
  readonly text: string;
  readonly sign: BoardSign | null;
}

/** One board on an open line; in its boot loader until `run`. */
export interface WorkBoard extends Closable {
  readonly identity: BoardIdentity;
  /** Bits per second now. */
  readonly baudRate: number;
  /** @returns the backup's id */
  backup(onProgress: (progress: StepProgress) => void, signal: AbortSignal): Promise<string>;
  erase(onProgress: (progress: StepProgress) => void, signal: AbortSignal): Promise<void>;
  /** Whether that firmware may go on this board. @throws AppError `firmware.*` with the reason */
  admitFirmware(firmwareId: string): Promise<void>;
  /**
   * Writes what differs and verifies all of it on the chip.
   * @throws AppError `firmware.*` before anything is written, `flash.*`, `serial.*`
   */
  writeFirmware(
    firmwareId: string,
    onProgress: (progress: StepProgress) => void,
    signal: AbortSignal,
  ): Promise<{ readonly writtenBytes: number; readonly skippedBytes: number }>;
  /** Content of the NVS partition by the board's own table. @throws AppError `nvs.no-partition` */
  readNvs(signal: AbortSignal): Promise<{ readonly offset: number; readonly image: Uint8Array }>;
  /** Writes and verifies; equal sectors are left alone. */
  writeNvs(
    offset: number,
    image: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ readonly writtenBytes: number }>;
  /** Lets the board run its application and listens; lines keep coming until `close`. */
  run(onLine: (line: BoardLogLine) => void, signal: AbortSignal): Promise<void>;
}

export interface WorkBoards {
  /** @throws AppError `serial.*`, `flash.*` */
  open(address: string, signal: AbortSignal): Promise<WorkBoard>;
  /** Only listens, without a reset: for a board that runs. */
  listen(address: string, onLine: (line: BoardLogLine) => void, signal: AbortSignal): Promise<Closable>;
}

export interface BrokerAccounts {
  /** The account that a board has already, where name and password still open the broker for that MAC. */
  stillValid(mac: string, username: string, password: string): Promise<boolean>;
  /** Makes the board's account anew with a random password of at least 20 characters. */
  create(mac: string): Promise<{ readonly username: string; readonly password: string }>;
  /** Ends the account and its connections; nothing where there is none. */
  revoke(mac: string): Promise<void>;
}

/** Something that arrived from one device, or was refused. */
export type Arrival =
  | { readonly type: 'login'; readonly timeMs: number }
  | { readonly type: 'login-refused'; readonly timeMs: number; readonly username: string }
  | {
      readonly type: 'reading';
      readonly timeMs: number;
      readonly receivedMs: number;
      readonly temperature: number;
      readonly humidity: number;
    }
  | { readonly type: 'heartbeat'; readonly receivedMs: number; readonly rssi: number | null }
  | { readonly type: 'quarantined'; readonly receivedMs: number; readonly reason: string };

export interface Arrivals {
  /** Committed rows and logins of one device from now on. */
  watch(mac: string, listener: (arrival: Arrival) => void): () => void;
  /** Asks a running board for a reading now; boards that do not know the command ignore it. */
  askForReading(mac: string): Promise<void>;
  /** Whether broker and database of this machine are running. */
  running(): boolean;
}

export interface DeviceRegister {
  /** Whether that place exists. @throws AppError `site.unknown`, `request.invalid`, `stack.not-running` */
  check(place: { readonly siteRef: string; readonly zoneId: number | null }): Promise<void>;
  /** Makes the board a device of its site; with `replaces` it takes over that device's place. */
  register(mac: string, board: BatchBoard): Promise<void>;
}

export interface RecordKeeper {
  /** Appends to the chained log. */
  keep(record: {
    readonly mac: string;
    readonly board: BatchBoard;
    readonly startedMs: number;
    readonly finishedMs: number;
    readonly result: 'ready' | 'needs-you' | 'cancelled';
    readonly firmwareSha256: string | null;
    readonly configurationSha256: string | null;
    readonly reading: FirstReading | null;
    readonly steps: readonly StepState[];
  }): Promise<void>;
}

export interface FirstReading {
  readonly timeMs: number;
  readonly temperature: number;
  readonly humidity: number;
  readonly rssi: number | null;
  readonly delayMs: number;
}

/** The NVS side: what the board's configuration partition becomes. */
export interface ConfigurationWriter {
  /** Whether every value can be kept by a board. @throws AppError `configuration.invalid` */
  check(wanted: {
    readonly settings: BatchSettings;
    readonly board: BatchBoard;
    readonly wifiPassword: string;
  }): void;
  /** Login found on the board, if any: it is kept where it still works. */
  loginIn(image: Uint8Array): { readonly username: string; readonly password: string } | null;
  /**
   * The partition with our namespace replaced and every other one kept.
   * @throws AppError `nvs.encrypted`, `nvs.full`, `nvs.invalid-value`
   */
  merge(
    image: Uint8Array,
    wanted: {
      readonly settings: BatchSettings;
      readonly board: BatchBoard;
      readonly wifiPassword: string;
      readonly login: { readonly username: string; readonly password: string };
      /** PEM, where TLS is wanted. */
      readonly ca: string | null;
    },
  ): {
    readonly image: Uint8Array;
    readonly sha256: string;
    /** Namespaces of others that were found and kept. */
    readonly keptNamespaces: number;
  };
}

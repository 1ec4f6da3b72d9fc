import { AppError, isAppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import { pause } from '../foundation/watch-state.ts';
import type { BackupStore } from '../flashing/backup-store.ts';
import type { BootOutcome } from '../flashing/index.ts';
import type { PlacedPart } from '../flashing/images/index.ts';
import type { FirmwareLibrary } from '../flashing/library/index.ts';
import type { BoardLogLine, BoardSign, WorkBoard, WorkBoards } from '../provisioning/index.ts';
import { LogInterpreter, type NotedOpener, type SerialLine } from '../serial/index.ts';
import { admissionFacts, findNvs, identify, openSession, type BoardSession } from './board-session.ts';
import { keepDemoApart } from './demo-board.ts';

export interface WorkBoardsParts {
  readonly opener: NotedOpener;
  readonly library: FirmwareLibrary;
  readonly backups: BackupStore;
  readonly clock: Clock;
  readonly releaseMonitor: (address: string) => Promise<void>;
}

const logBaudRate = 115_200;
const partialAfterMs = 300;
/** The chip's own USB is gone for a moment when it restarts. */
const reopenLimitMs = 8_000;
const reopenEveryMs = 250;

/** What the log's events mean for the way of a board. */
const signs: Readonly<Record<string, BoardSign>> = {
  'app-started': 'booted',
  'app-version': 'booted',
  'sensor-starting': 'booted',
  'wifi-connecting': 'booted',
  'wifi-connected': 'wifi-joined',
  'wifi-got-ip': 'wifi-joined',
  'wifi-no-network': 'no-such-network',
  'wifi-wrong-password': 'wrong-wifi-password',
  'wifi-no-address': 'no-ip-address',
  'mqtt-connecting': 'wifi-joined',
  'broker-connecting': 'wifi-joined',
  'mqtt-connected': 'broker-joined',
  'mqtt-refused-login': 'broker-refused-login',
  'mqtt-refused-rights': 'broker-refused-login',
  'mqtt-unreachable': 'broker-unreachable',
  'dht-silent': 'sensor-silent',
  panic: 'crash',
  abort: 'crash',
  assert: 'crash',
  'stack-overflow': 'crash',
  'brown-out': 'brown-out',
  'invalid-header': 'invalid-image',
  'no-bootable-app': 'invalid-image',
  'app-missing': 'invalid-image',
  'partition-table-invalid': 'invalid-image',
};

const notStarted: ReadonlySet<BootOutcome> = new Set(['no-boot-loader', 'download-mode']);

/** Boards for the workflow: flashing, library and log interpreter put together. */
export function workBoards(parts: WorkBoardsParts): WorkBoards {
  return {
    open: async (address, signal) => {
      await parts.releaseMonitor(address);
      const session = await openSession(parts.opener, address, signal);
      try {
        const identity = await identify(session.board, address, parts.clock, signal);
        return workBoard(parts, session, identity);
      } catch (error) {
        await session.close();
        throw error;
      }
    },
    listen: async (address, onLine, signal) => {
      await parts.releaseMonitor(address);
      const line = await parts.opener.open(address, { baudRate: logBaudRate }, signal);
      const stop = readLog(line, onLine, parts);
      return {
        close: async () => {
          stop();
          await line.close();
        },
      };
    },
  };
}

function workBoard(
  parts: WorkBoardsParts,
  session: BoardSession,
  identity: WorkBoard['identity'],
): WorkBoard {
  const { opener, library, backups, clock } = parts;
  const { board } = session;
  const onClose: (() => Promise<void> | void)[] = [];
  const admit = async (firmwareId: string): Promise<readonly PlacedPart[]> => {
    const admitted = await library.admit(firmwareId, admissionFacts(identity));
    keepDemoApart(admitted.firmware.name, identity.address);
    return admitted.parts;
  };
  return {
    identity,
    get baudRate() {
      return board.facts.baudRate;
    },
    backup: async (onProgress, signal) => {
      const { id } = await backups.keep(await board.backup(signal, clock.now(), null, onProgress));
      return id;
    },
    erase: async (_onProgress, signal) => board.eraseFlash(signal),
    admitFirmware: async (firmwareId) => {
      await admit(firmwareId);
    },
    writeFirmware: async (firmwareId, onProgress, signal) => {
      const admitted = await admit(firmwareId);
      const { verifiedBytes, unchangedBytes } = await board.write(admitted, signal, { onProgress });
      return { writtenBytes: verifiedBytes - unchangedBytes, skippedBytes: unchangedBytes };
    },
    readNvs: async (signal) => {
      const { offset, size } = await findNvs(board, signal);
      return { offset, image: await board.read(offset, size, signal) };
    },
    writeNvs: async (offset, image, signal) => {
      const partition = [{ offset, bytes: image, name: 'nvs' }];
      const { verifiedBytes, unchangedBytes } = await board.write(partition, signal);
      return { writtenBytes: verifiedBytes - unchangedBytes };
    },
    run: async (tell, signal) => {
      onClose.push(readLog(session.line, tell, parts));
      const { outcome } = await board.restart(signal);
      if (notStarted.has(outcome))
        throw new AppError('flash.no-boot', 'The board did not start its program.', { outcome });
      const line = await returnedLine(opener, session.line, signal);
      if (line === session.line) return;
      onClose.push(() => line.close(), readLog(line, tell, parts));
    },
    close: async () => {
      for (const end of onClose.splice(0).toReversed()) await end();
      await session.close();
    },
  };
}

/** The same line where it stayed; opened again where the chip's own USB left the bus with the reset. */
async function returnedLine(opener: NotedOpener, line: SerialLine, signal: AbortSignal): Promise<SerialLine> {
  try {
    await line.setSignals({ dtr: false, rts: false });
    return line;
  } catch (error) {
    if (!isAppError(error, 'serial.disconnected')) throw error;
  }
  const deadline = Date.now() + reopenLimitMs;
  for (;;) {
    await pause(reopenEveryMs, signal);
    try {
      return await opener.open(line.address, { baudRate: logBaudRate }, signal);
    } catch (error) {
      if (Date.now() > deadline || signal.aborted) throw error;
    }
  }
}

/** Turns what a board writes into lines with their meaning, until stopped. */
function readLog(
  line: SerialLine,
  onLine: (line: BoardLogLine) => void,
  { clock, opener }: WorkBoardsParts,
): () => void {
  const interpreter = new LogInterpreter();
  let timer: NodeJS.Timeout | undefined;
  const tell = (lines: ReturnType<LogInterpreter['push']>): void => {
    for (const { timeMs, text, events } of lines) {
      const found = events.map(({ id }) => signs[id]).filter((sign) => sign !== undefined);
      opener.told(line.address, events);
      onLine({ timeMs, text, sign: found[0] ?? null });
    }
  };
  const stop = line.onData((bytes) => {
    clearTimeout(timer);
    tell(interpreter.push(bytes, clock.now()));
    if (interpreter.hasPartial)
      timer = setTimeout(() => tell(interpreter.flush(clock.now())), partialAfterMs);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

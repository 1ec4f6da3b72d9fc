import type { BoardIdentity, FlashPartition } from '../../shared/contract/boards.ts';
import { AppError, isAppError } from '../../shared/domain/app-error.ts';
import { parseMacAddress } from '../../shared/domain/mac-address.ts';
import type { Clock } from '../foundation/clock.ts';
import { openBoard, type Board, type SessionOptions } from '../flashing/index.ts';
import {
  nvsPartition,
  parsePartitionTable,
  partitionSubtypeName,
  partitionTypeName,
  tableBytes,
  usualTableOffset,
  type Partition,
  type PartitionTable,
} from '../flashing/images/index.ts';
import { configurationOn } from '../provisioning/index.ts';
import type { NotedOpener, SerialLine } from '../serial/index.ts';

const romBaudRate = 115_200;

export interface BoardSession {
  readonly line: SerialLine;
  readonly board: Board;
  close(): Promise<void>;
}

/** Opens the line and brings its board into the boot loader; whatever fails, the line is closed again. */
export async function openSession(
  opener: NotedOpener,
  address: string,
  signal: AbortSignal,
  options: SessionOptions = {},
): Promise<BoardSession> {
  const line = await opener.open(address, { baudRate: romBaudRate }, signal);
  try {
    const onLog = (bytes: Uint8Array): void => opener.heard(address, bytes);
    const board = await openBoard(line, { onLog, ...options }, signal);
    return {
      line,
      board,
      close: async () => {
        await board.close();
        await line.close();
      },
    };
  } catch (error) {
    await line.close();
    throw error;
  }
}

/** Work on a board in its boot loader; afterwards it runs its program again, also when the work failed. */
export async function withBoard<T>(
  opener: NotedOpener,
  address: string,
  signal: AbortSignal,
  work: (board: Board) => Promise<T>,
): Promise<T> {
  const session = await openSession(opener, address, signal);
  try {
    return await work(session.board);
  } finally {
    // A board that is gone, or whose task was cancelled, cannot be told; the port is let go all the same.
    await session.board.restart(signal).catch(() => undefined);
    await session.close();
  }
}

/** The partition table at its usual place; undefined where there is none that is whole. */
export async function readPartitionTable(
  board: Board,
  signal: AbortSignal,
): Promise<PartitionTable | undefined> {
  const bytes = await board.read(usualTableOffset, tableBytes, signal);
  try {
    return parsePartitionTable(bytes, 'partition table');
  } catch (error) {
    if (isAppError(error, 'firmware.partition-table-invalid')) return undefined;
    throw error;
  }
}

/** @throws AppError `request.invalid` where the board has none of that name */
export async function findPartition(
  board: Board,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly offset: number; readonly bytes: number }> {
  const table = await readPartitionTable(board, signal);
  const found = table?.partitions.find((partition) => partition.name === name);
  if (found === undefined)
    throw new AppError('request.invalid', `The board has no partition ${name}.`, { field: 'partition' });
  return { name, offset: found.offset, bytes: found.size };
}

/** Its chip and flash, as firmware is checked against them. */
export function admissionFacts(facts: Pick<BoardIdentity, 'chip' | 'revision' | 'flashBytes'>): {
  readonly chip: string;
  readonly revision: number | null;
  readonly flashBytes: number | null;
} {
  const [major = 0, minor = 0] = facts.revision.split('.').map(Number);
  const revision = Number.isNaN(major + minor) ? null : major * 100 + minor;
  return { chip: facts.chip, revision, flashBytes: facts.flashBytes };
}

/** Where the board keeps its configuration. @throws AppError `nvs.no-partition` */
export async function findNvs(board: Board, signal: AbortSignal): Promise<Partition> {
  const table = await readPartitionTable(board, signal);
  const partition = table === undefined ? undefined : nvsPartition(table);
  if (partition === undefined)
    throw new AppError('nvs.no-partition', 'The board has no partition for its configuration.', {});
  return partition;
}

/** Everything that can be told of a board without writing. */
export async function identify(
  board: Board,
  address: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<BoardIdentity> {
  const { facts } = board;
  const mac = parseMacAddress(facts.mac);
  if (mac === undefined)
    throw new AppError(
      'flash.secure-download',
      'The board does not tell its address in secure download mode.',
      {
        address,
      },
    );
  const identity = {
    address,
    chip: facts.chip,
    description: facts.description,
    revision: facts.revision,
    mac,
    flashBytes: facts.flashBytes,
    crystalMhz: facts.crystalMhz,
    secureBoot: facts.secureBoot,
    flashEncryption: facts.flashEncryption,
    secureDownload: facts.secureDownload,
    identifiedMs: clock.now(),
  };
  // What lies encrypted on the flash would be read as noise.
  if (facts.flashEncryption === true)
    return {
      ...identity,
      blank: false,
      firmware: null,
      partitions: [],
      configuration: null,
      configurationProblem: 'encrypted',
    };
  const firmware = await board.firmware(signal);
  const table = firmware.partitionTable === null ? undefined : await readPartitionTable(board, signal);
  const nvs = table === undefined ? undefined : nvsPartition(table);
  const image = nvs === undefined ? null : await board.read(nvs.offset, nvs.size, signal);
  return {
    ...identity,
    blank: firmware.blank,
    firmware:
      firmware.app === null
        ? null
        : {
            project: firmware.app.project,
            version: firmware.app.version,
            built: firmware.app.built,
            idfVersion: firmware.app.idfVersion,
            partition: firmware.appPartition ?? '',
          },
    partitions: (table?.partitions ?? []).map(shownPartition),
    ...configurationOn(image),
  };
}

function shownPartition(partition: Partition): FlashPartition {
  const { name, offset, size, encrypted } = partition;
  return {
    name,
    type: partitionTypeName(partition.type),
    subtype: partitionSubtypeName(partition),
    offset,
    size,
    encrypted,
  };
}

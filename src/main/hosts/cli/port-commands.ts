import type { Command } from 'commander';
import { z } from 'zod';
import type { BoardIdentity } from '../../../shared/contract/boards.ts';
import type { PortInfo } from '../../../shared/contract/ports.ts';
import { systemClock } from '../../foundation/clock.ts';
import { silentLog } from '../../foundation/log.ts';
import { PortDirectory, systemPortLister } from '../../serial/index.ts';
import { argument, print, show, withCommon, type Common } from './answer.ts';
import { withBoard as withPort, type BoardOptions } from './board-options.ts';
import { onBoard, untilSignal } from './board-work.ts';

/** `ports`, and what only looks at a board: `identify`, `blink`, `reset`. */
export function addPortCommands(program: Command): void {
  withCommon(program.command('ports').description('serial ports, boards first'))
    .option('--watch', 'again on every change, until Ctrl+C')
    .action(ports);
  withPort(
    program.command('identify').description('who a board is and what is on it; writes nothing'),
  ).action(identifyBoard);
  withPort(program.command('blink').description('let the LED of a board flash'))
    .option('--seconds <n>', 'how long', '5')
    .action(async (options: BoardOptions & { seconds: string }) => {
      const seconds = argument(
        z.coerce.number('a number').int().min(1).max(60),
        options.seconds,
        '--seconds',
      );
      const { withBoard } = await import('../../wiring/board-session.ts');
      await onBoard(options.port, (signal, opener) =>
        withBoard(opener, options.port, signal, (board) => board.blink(seconds, signal)),
      );
      show(options, { port: options.port }, ['Done.']);
    });
  withPort(program.command('reset').description('start the program of a board anew'))
    .option('--boot-loader', 'leave the board in its boot loader instead')
    .action(async (options: BoardOptions & { bootLoader?: boolean }) => {
      const outcome = await resetBoard(options, options.bootLoader === true);
      show(options, { port: options.port, outcome }, [outcome]);
    });
}

async function ports(options: Common & { watch?: boolean }): Promise<void> {
  const directory = new PortDirectory({ lister: systemPortLister, clock: systemClock, log: silentLog });
  const tell = (): void => {
    const found = directory.state();
    show(
      options,
      { ports: found },
      found.length === 0 ? ['No serial port.'] : found.map((port) => portLine(port)),
    );
  };
  if (options.watch !== true) {
    await directory.refresh();
    return tell();
  }
  await directory.start();
  tell();
  directory.onChange(() => {
    if (options.json !== true) print('');
    tell();
  });
  await untilSignal(aborted, 'finish');
  await directory.close();
}

function aborted(signal: AbortSignal): Promise<void> {
  const alive = setInterval(() => undefined, 60_000);
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    }),
  );
}

function portLine({ address, chip, maker, label, likelyBoard }: PortInfo): string {
  const what = [label, chip, maker].filter((text) => text !== null).join(', ');
  return `${address.padEnd(24)} ${likelyBoard ? 'board' : '     '}  ${what}`.trimEnd();
}

async function identifyBoard(options: BoardOptions): Promise<void> {
  const { identify, withBoard } = await import('../../wiring/board-session.ts');
  const identity = await onBoard(options.port, (signal, opener) =>
    withBoard(opener, options.port, signal, (board) => identify(board, options.port, systemClock, signal)),
  );
  if (identity !== undefined) show(options, identity, identityLines(identity));
}

/** Into the program, or only as far as the boot loader. @returns what the board did */
async function resetBoard({ port }: BoardOptions, bootLoader: boolean): Promise<string> {
  const { openSession } = await import('../../wiring/board-session.ts');
  const outcome = await onBoard(port, async (signal, opener) => {
    const session = await openSession(opener, port, signal);
    try {
      return bootLoader ? 'boot-loader' : (await session.board.restart(signal)).outcome;
    } finally {
      await session.close();
    }
  });
  return outcome ?? 'silent';
}

function identityLines(identity: BoardIdentity): readonly string[] {
  const { firmware, configuration, configurationProblem } = identity;
  const yes = (value: boolean | null): string => (value === null ? 'not told' : value ? 'yes' : 'no');
  const size = identity.flashBytes === null ? 'not told' : `${identity.flashBytes / 2 ** 20} MiB`;
  return [
    `chip            ${identity.description}, revision ${identity.revision}`,
    `MAC             ${identity.mac}`,
    `flash           ${size}, encrypted: ${yes(identity.flashEncryption)}`,
    `secure boot     ${yes(identity.secureBoot)}`,
    `crystal         ${identity.crystalMhz === null ? 'not told' : `${identity.crystalMhz} MHz`}`,
    `firmware        ${firmware === null ? (identity.blank ? 'none, the flash is empty' : 'not recognised') : `${firmware.project} ${firmware.version} in ${firmware.partition}, ESP-IDF ${firmware.idfVersion}`}`,
    configuration === null
      ? `configuration   none (${configurationProblem})`
      : `configuration   ${configuration.siteRef} ${configuration.name}, Wi-Fi ${configuration.wifiSsid}, broker ${configuration.mqttHost}:${configuration.mqttPort}`,
    ...identity.partitions.map(
      ({ name, type, subtype, offset, size: bytes }) =>
        `  ${name.padEnd(16)} ${type.padEnd(5)} ${subtype.padEnd(10)} 0x${offset.toString(16).padEnd(8)} ${bytes / 1024} KiB`,
    ),
  ];
}

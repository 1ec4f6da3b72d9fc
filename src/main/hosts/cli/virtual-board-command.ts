import { spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { parseMacAddress } from '../../../shared/domain/mac-address.ts';
import { chipModels, type ChipName } from '../../../simulator/esp32/chip-model.ts';
import { parseFault, type BoardFault } from '../../../simulator/esp32/faults.ts';
import { NetworkPort } from '../../../simulator/esp32/network-port.ts';
import { sampleFirmware } from '../../../simulator/esp32/sample-firmware.ts';
import { VirtualBoard } from '../../../simulator/esp32/virtual-board.ts';

interface Options {
  readonly chip: string;
  readonly mac?: string;
  readonly flash: string;
  readonly tcp: string;
  readonly rfc2217?: string;
  readonly pty?: string;
  readonly paced?: boolean;
  readonly maxBaud?: string;
  readonly usb?: boolean;
  readonly boot?: boolean;
  readonly secureDownload?: boolean;
  readonly firmware?: boolean;
  readonly timeScale: string;
  readonly fault?: readonly string[];
}

const ptyWaitMs = 5_000;

/** `datayoti virtual-board`: a board without hardware on a socket, a pty, or an RFC 2217 port, until interrupted. */
export function addVirtualBoardCommand(program: Command, print: (text: string) => void): void {
  program
    .command('virtual-board')
    .description('a simulated ESP32 to develop and practise with, until interrupted')
    .option('--chip <chip>', Object.keys(chipModels).join(', '), 'esp32')
    .option('--mac <address>', 'its MAC address')
    .option('--flash <mb>', 'size of its flash in MiB', '4')
    .option('--tcp <port>', 'raw socket (socket://), 0 for any free port', '0')
    .option('--rfc2217 <port>', 'serial port with modem lines (rfc2217://), in place of the raw socket')
    .option('--pty <path>', 'also a pseudo terminal under this path (needs socat)')
    .option('--paced', 'bytes take the time of the baud rate')
    .option('--max-baud <rate>', 'baud rate above which the line garbles everything')
    .option('--usb', "connected by the chip's own USB-Serial/JTAG")
    .option('--boot', 'start in the loader, as with BOOT held')
    .option('--secure-download', 'secure download mode is burnt in')
    .option('--firmware', 'start with the sample firmware on its flash')
    .option('--time-scale <factor>', 'how much faster the firmware lives', '1')
    .option(
      '--fault <fault...>',
      'no-sync, silent, wrong-boot-mode, wrong-md5, silent-sensor, slow-answers=ms, drop=after:count, corrupt=at, disconnect=at, brown-out=after',
    )
    .option('--json', 'print what a script needs as JSON lines')
    .action(async (options: Options & { readonly json?: boolean }) => {
      const board = makeBoard(options, program);
      const port =
        options.rfc2217 === undefined
          ? await NetworkPort.listen(board, 'raw', Number(options.tcp))
          : await NetworkPort.listen(board, 'rfc2217', Number(options.rfc2217));
      const pty = options.pty === undefined ? undefined : await openPty(options.pty, port.port);
      const facts = { chip: options.chip, mac: board.identity.mac, url: port.url, pty: options.pty ?? null };
      if (options.json === true) print(JSON.stringify(facts));
      else {
        print(`${facts.chip} ${facts.mac} at ${facts.url}${facts.pty === null ? '' : ` and ${facts.pty}`}`);
        print('Commands: reset, boot (reset into the loader), unplug, quit.');
      }
      await obeyUntilEnd(board, (word) => options.json === true && print(JSON.stringify({ done: word })));
      pty?.();
      await port.close();
      await board.close();
    });
}

function makeBoard(options: Options, program: Command): VirtualBoard {
  if (!(options.chip in chipModels)) program.error(`unknown chip ${options.chip}`);
  const chip = options.chip as ChipName;
  const mac = options.mac === undefined ? undefined : parseMacAddress(options.mac);
  if (options.mac !== undefined && mac === undefined) program.error('that is no MAC address');
  const faults = (options.fault ?? []).map(
    (text): BoardFault => parseFault(text) ?? program.error(`unknown fault ${text}`),
  );
  const board = new VirtualBoard({
    chip,
    flashMb: Number(options.flash),
    paced: options.paced === true,
    usb: options.usb === true,
    bootHeld: options.boot === true,
    secureDownload: options.secureDownload === true,
    faults,
    ...(mac === undefined ? {} : { mac }),
    ...(options.maxBaud === undefined ? {} : { maxBaudRate: Number(options.maxBaud) }),
    around: { timeScale: Number(options.timeScale) },
  });
  if (options.firmware === true) {
    for (const { offset, data } of sampleFirmware({ chip })) board.flash.program(offset, data);
    board.pressReset(options.boot === true);
  }
  return board;
}

/** socat makes the pty; one end of it is held open here, so that it outlives whoever opens and closes it. */
async function openPty(path: string, port: number): Promise<() => void> {
  const socat = spawn('socat', [`pty,raw,echo=0,link=${path}`, `tcp:127.0.0.1:${port}`], { stdio: 'ignore' });
  const failed = new Promise<never>((_resolve, reject) => {
    socat.once('error', (error) => reject(new Error(`socat cannot be started: ${error.message}`)));
    socat.once('exit', () => reject(new Error(`socat could not make ${path}`)));
  });
  failed.catch(() => undefined);
  const deadline = Date.now() + ptyWaitMs;
  while (!existsSync(path)) {
    if (Date.now() > deadline) throw new Error(`socat did not make ${path}`);
    await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
  const held = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  return () => {
    closeSync(held);
    socat.kill();
  };
}

/** Buttons and cable by words on standard input; ends with `quit` or a signal (an end of input alone does not). */
function obeyUntilEnd(board: VirtualBoard, done: (word: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin });
    const end = (): void => {
      lines.close();
      resolve();
    };
    // Readline closes at the end of input; a server in the background must go on.
    const alive = setInterval(() => undefined, 60_000);
    const stop = (): void => {
      clearInterval(alive);
      end();
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    lines.on('line', (line) => {
      const word = line.trim();
      if (word === 'reset') board.pressReset();
      else if (word === 'boot') board.pressReset(true);
      else if (word === 'unplug') board.unplug();
      else if (word === 'quit') stop();
      else return;
      done(word);
    });
  });
}

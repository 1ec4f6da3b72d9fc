import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createLineOpener } from '../../src/main/serial/lines/line-opener.ts';
import {
  comPortCommand,
  negotiation,
  telnet,
  TelnetDecoder,
} from '../../src/main/serial/lines/telnet-codec.ts';
import type { SerialLine } from '../../src/main/serial/serial-line.ts';
import { deviceHolder } from '../../src/main/serial/ports/device-holder.ts';
import type { AppError } from '../../src/shared/domain/app-error.ts';
import { freePort } from '../support/free-port.ts';
import { hasSer2net, hasSocat, openPtyPair, startSer2net } from '../support/serial-ports.ts';
import { until } from '../support/until.ts';

const opener = createLineOpener();
const never = new AbortController().signal;
const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (let step = cleanUp.pop(); step !== undefined; step = cleanUp.pop()) await step();
});

async function open(address: string, baudRate = 115_200): Promise<SerialLine> {
  const line = await opener.open(address, { baudRate }, never);
  cleanUp.push(() => line.close());
  return line;
}

async function pair() {
  const ends = await openPtyPair();
  cleanUp.push(() => ends.unplug());
  return ends;
}

function collect(line: SerialLine): () => Buffer {
  const received: Buffer[] = [];
  line.onData((bytes) => received.push(bytes));
  return () => Buffer.concat(received);
}

/** All byte values, several times in all orders: what telnet, XON/XOFF or line ends would spoil shows. */
const everyByte = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, value) => value)),
  Buffer.alloc(300, 0xff),
  Buffer.from([0x0d, 0x0a, 0x0d, 0x00, 0x11, 0x13, 0xff, 0xf0, 0xff, 0xfa, 0x2c]),
  randomBytes(60_000),
]);

async function bothWays(here: SerialLine, there: SerialLine): Promise<void> {
  const [fromThere, fromHere] = [collect(here), collect(there)];
  // Not one after the other: what is not read cannot be written either, and is to be named.
  await Promise.all([
    here.write(everyByte),
    there.write(everyByte),
    until(() => fromHere().length >= everyByte.length && fromThere().length >= everyByte.length, {
      what: 'all bytes have arrived at both ends',
    }),
  ]);
  expect(fromHere().equals(everyByte)).toBe(true);
  expect(fromThere().equals(everyByte)).toBe(true);
}

/** ser2net opens the device after it has accepted, and empties it then: what is sent before is lost. */
async function linked(here: SerialLine, there: SerialLine): Promise<void> {
  const [fromThere, fromHere] = [collect(here), collect(there)];
  await until(async () => {
    await Promise.all([here.write(Buffer.from('?')), there.write(Buffer.from('?'))]);
    return fromHere().length > 0 && fromThere().length > 0;
  });
  const rest = [fromHere, fromThere];
  const end = Buffer.from('!');
  await Promise.all([here.write(end), there.write(end)]);
  await until(() => rest.every((received) => received().includes(end)));
}

const code = (error: unknown): string => (error as AppError).code;

describe.runIf(hasSocat)('a device of this machine', () => {
  test('every byte arrives in both directions, without modem lines on a pty', async () => {
    const { host, board } = await pair();
    const [line, other] = [await open(host, 921_600), await open(board)];
    expect(line.hasModemLines).toBe(false);
    await line.setSignals({ dtr: true, rts: false });
    await bothWays(line, other);
    await line.setBaudRate(460_800);
    expect(line.baudRate).toBe(460_800);
    await bothWays(line, other);
  });

  test('has one owner at a time, and the next one after it is closed', async () => {
    const { host } = await pair();
    const line = await open(host);
    expect(code(await open(host).catch((error: unknown) => error))).toBe('serial.port-busy');
    await line.close();
    await open(host);
  });

  test('says once that it was lost, and refuses what comes after', async () => {
    const { host, ...ends } = await pair();
    const line = await open(host);
    const reasons: (AppError | null)[] = [];
    line.onClosed((reason) => reasons.push(reason));
    await ends.unplug();
    await until(() => reasons.length > 0);
    expect(reasons.map((reason) => reason?.code)).toEqual(['serial.disconnected']);
    expect(code(await line.write(Buffer.from('x')).catch((error: unknown) => error))).toBe(
      'serial.disconnected',
    );
    const late = await new Promise((resolve) => void line.onClosed(resolve));
    expect(code(late)).toBe('serial.disconnected');
    await line.close();
    expect(reasons).toHaveLength(1);
  });

  test('closing it is told without a reason', async () => {
    const { host } = await pair();
    const line = await open(host);
    const reason = new Promise((resolve) => void line.onClosed(resolve));
    await line.close();
    await line.close();
    expect(await reason).toBeNull();
  });

  test('a port that is not there, and an opening that was given up', async () => {
    expect(code(await open('/dev/ttyUSB97').catch((error: unknown) => error))).toBe('serial.port-not-found');
    const { host } = await pair();
    const aborted = AbortSignal.abort(new Error('given up'));
    await expect(opener.open(host, { baudRate: 115_200 }, aborted)).rejects.toThrow('given up');
    await open(host);
  });
});

describe.runIf(hasSer2net)('ser2net', () => {
  test('rfc2217: every byte arrives in both directions, at another speed too', async () => {
    const { host, board } = await pair();
    const server = await startSer2net(host, 'rfc2217');
    cleanUp.push(() => server.stop());
    const [line, other] = [await open(server.url), await open(board)];
    // Behind this ser2net is a pty, and it says so by not answering.
    expect(line).toMatchObject({ baudRate: 115_200, hasModemLines: false });
    await bothWays(line, other);
    await line.setBaudRate(921_600);
    expect(line.baudRate).toBe(921_600);
    await line.setSignals({ dtr: true, rts: false });
    await line.setSignals({ dtr: false, rts: false });
    await bothWays(line, other);
  });

  test('rfc2217: what ser2net does not answer is not waited for once it has answered what came later', async () => {
    const { host } = await pair();
    const server = await startSer2net(host, 'rfc2217');
    cleanUp.push(() => server.stop());
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const began = performance.now();
      const line = await open(server.url);
      times.push(performance.now() - began);
      await line.close();
    }
    expect(Math.min(...times)).toBeLessThan(600);
  });

  test('rfc2217: answers to DTR and RTS are not waited for when the address says so', async () => {
    const { host } = await pair();
    const server = await startSer2net(host, 'rfc2217');
    cleanUp.push(() => server.stop());
    const line = await open(`${server.url}?ign_set_control`);
    await line.setSignals({ dtr: true, rts: true });
  });

  test('socket: every byte arrives in both directions', async () => {
    const { host, board } = await pair();
    const server = await startSer2net(host, 'socket');
    cleanUp.push(() => server.stop());
    const [line, other] = [await open(server.url), await open(board)];
    expect(line.hasModemLines).toBe(false);
    await linked(line, other);
    await bothWays(line, other);
  });

  test('rfc2217: the server going away ends the line with a reason', async () => {
    const { host } = await pair();
    const server = await startSer2net(host, 'rfc2217');
    const line = await open(server.url);
    const reason = new Promise((resolve) => void line.onClosed(resolve));
    await server.stop();
    expect(code(await reason)).toBe('serial.disconnected');
  });
});

describe('the network', () => {
  async function listen(onConnection: (socket: Socket) => void): Promise<number> {
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUp.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  test('nobody listening, and a server that does not speak RFC 2217', async () => {
    const closed = await freePort();
    expect(code(await open(`socket://127.0.0.1:${closed}`).catch((error: unknown) => error))).toBe(
      'serial.unreachable',
    );
    const mute = await listen(() => undefined);
    expect(code(await open(`rfc2217://127.0.0.1:${mute}`).catch((error: unknown) => error))).toBe(
      'serial.unreachable',
    );
  });

  test('an opening that is given up ends at once and leaves no connection', async () => {
    let closed = false;
    const abort = new AbortController();
    const mute = await listen((socket) => {
      socket.resume().on('close', () => (closed = true));
      abort.abort(new Error('given up'));
    });
    const opening = opener.open(`rfc2217://127.0.0.1:${mute}`, { baudRate: 115_200 }, abort.signal);
    await expect(opening).rejects.toThrow('given up');
    await until(() => closed);
  });

  test('rfc2217: lines, speed and flow control as they are on the wire', async () => {
    let board: Socket | undefined;
    const commands: Buffer[] = [];
    const data: Buffer[] = [];
    // A serial server with modem lines: it does COM-PORT-OPTION, answers each command with what was asked,
    // and cannot do 921 600 baud.
    const server = await listen((socket) => {
      board = socket;
      const decoder = new TelnetDecoder({
        data: (bytes) => data.push(bytes),
        negotiation: (verb, option) => {
          if (verb === telnet.will)
            socket.write(negotiation(option === 44 ? telnet.do : telnet.dont, option));
        },
        subnegotiation: (_, command) => {
          commands.push(command);
          const refused = command[0] === 1 && command.readUInt32BE(1) === 921_600;
          const value = refused ? Buffer.from([0, 1, 0xc2, 0]) : command.subarray(1);
          socket.write(comPortCommand((command[0] ?? 0) + 100, value));
        },
      });
      socket.on('data', (bytes) => decoder.push(bytes));
    });
    const line = await open(`rfc2217://127.0.0.1:${server}`);
    expect(line).toMatchObject({ baudRate: 115_200, hasModemLines: true });
    expect(commands.map((command) => [...command])).toEqual([
      [5, 9],
      [5, 12],
      [5, 7],
      [2, 8],
      [3, 1],
      [4, 1],
      [5, 1],
      [1, 0, 1, 0xc2, 0],
      [12, 3],
    ]);
    commands.length = 0;
    await line.setSignals({ dtr: true, rts: false });
    await line.setSignals({ dtr: false, rts: true });
    expect(commands.map((command) => [...command])).toEqual([
      [5, 8],
      [5, 9],
      [5, 11],
    ]);
    expect(code(await line.setBaudRate(921_600).catch((error: unknown) => error))).toBe(
      'serial.baud-rate-unsupported',
    );
    expect(line.baudRate).toBe(115_200);

    board?.write(comPortCommand(108, Buffer.alloc(0)));
    await line.setSignals({ dtr: false, rts: false });
    const writing = line.write(Buffer.from('held back'));
    await line.setSignals({ dtr: false, rts: false });
    expect(Buffer.concat(data).toString()).toBe('');
    board?.write(comPortCommand(109, Buffer.alloc(0)));
    await writing;
    await until(() => Buffer.concat(data).toString() === 'held back');
  });
});

describe('servers that answer otherwise', () => {
  type Answer = (command: Buffer) => Uint8Array | undefined;

  /** A server with COM-PORT-OPTION; `undefined` leaves an answer out. */
  async function serve(
    answer: Answer,
  ): Promise<{ url: string; say: (command: number, value: number) => void }> {
    let client: Socket | undefined;
    const server = createServer((socket) => {
      client = socket;
      const decoder = new TelnetDecoder({
        data: () => undefined,
        negotiation: (verb, option) => {
          if (verb === telnet.will) socket.write(negotiation(telnet.do, option));
        },
        subnegotiation: (_, command) => {
          const value = answer(command);
          if (value !== undefined) socket.write(comPortCommand((command[0] ?? 0) + 100, value));
        },
      });
      socket.on('data', (bytes) => decoder.push(bytes)).on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUp.push(async () => {
      client?.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    const address = server.address();
    return {
      url: `rfc2217://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
      say: (command, value) => client?.write(comPortCommand(command + 100, Buffer.of(value))),
    };
  }
  const isControl = ([command, value = 0]: Buffer): boolean => command === 5 && value >= 7;

  test.each<readonly [string, Answer, boolean]>([
    [
      'ser2net of a port without modem lines',
      (c) => (isControl(c) && c[1] !== 7 ? undefined : c.subarray(1)),
      false,
    ],
    ['esptool, which changes them and says nothing', (c) => (isControl(c) ? undefined : c.subarray(1)), true],
    ['one that answers all', (c) => (c[1] === 7 && isControl(c) ? Buffer.of(9) : c.subarray(1)), true],
  ])('%s', async (_name, answer, hasModemLines) => {
    const { url } = await serve(answer);
    const began = performance.now();
    const line = await open(url);
    expect(line.hasModemLines).toBe(hasModemLines);
    await line.setSignals({ dtr: true, rts: false });
    await line.setSignals({ dtr: false, rts: true });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test('an answer that comes too late is believed when it comes', async () => {
    const { url, say } = await serve((c) => (isControl(c) && c[1] !== 7 ? undefined : c.subarray(1)));
    const line = await open(url);
    expect(line.hasModemLines).toBe(false);
    say(5, 9);
    await until(() => line.hasModemLines);
  });
});

describe.runIf(hasSocat && process.platform === 'linux')('who holds a device', () => {
  test('the program at the other end of a pty holds it', async () => {
    const { host } = await pair();
    expect(await deviceHolder(host)).toMatchObject({ state: 'in-use', program: 'socat' });
  });

  test('the program that has it open is named, and nobody once it is closed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'datayoti-held-'));
    cleanUp.push(async () => rmSync(folder, { recursive: true }));
    const file = join(folder, 'held');
    writeFileSync(file, '');
    expect(await deviceHolder(file)).toMatchObject({ state: 'free' });
    const holder = spawn('sleep', ['600'], { stdio: [openSync(file, 'r+'), 'ignore', 'ignore'] });
    cleanUp.push(async () => void holder.kill());
    const use = await until(async () => {
      const found = await deviceHolder(file);
      return found.program === 'sleep' ? found : undefined;
    });
    expect(use).toEqual({ state: 'in-use', pid: holder.pid, program: 'sleep' });
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill();
    await gone;
    expect(await deviceHolder(file)).toMatchObject({ state: 'free' });
  });

  test('a device that is not there is no answer', async () => {
    expect(await deviceHolder('/dev/ttyUSB97')).toMatchObject({ state: 'unknown' });
  });
});

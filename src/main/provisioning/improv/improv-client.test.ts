import { afterEach, expect, test } from 'vitest';
import { AppError } from '../../../shared/domain/app-error.ts';
import { Listeners } from '../../foundation/listeners.ts';
import { mergeNetworks } from './improv-answers.ts';
import { ImprovClient, type ImprovTimes } from './improv-client.ts';
import {
  encodeImprov,
  encodeImprovStrings,
  ImprovDecoder,
  improvCommand,
  improvError,
  improvType,
} from './improv-codec.ts';

/** A board at the other end of a line, which answers commands as the test tells it. */
class Board {
  readonly #toHost = new Listeners<Buffer>();
  readonly #closed = new Listeners<AppError | null>();
  readonly received: { readonly command: number; readonly value: Buffer }[] = [];
  answer: (command: number, value: Buffer) => void = () => undefined;
  readonly #decoder = new ImprovDecoder(({ type, data }) => {
    if (type !== improvType.command) return;
    const [command = 0, length = 0] = data;
    const value = data.subarray(2, 2 + length);
    this.received.push({ command, value });
    this.answer(command, value);
  });
  readonly line = {
    write: async (bytes: Uint8Array) => this.#decoder.push(Buffer.from(bytes)),
    onData: (listener: (bytes: Buffer) => void) => this.#toHost.add(listener),
    onClosed: (listener: (reason: AppError | null) => void) => this.#closed.add(listener),
  };

  log(text: string): void {
    this.#toHost.tell(Buffer.from(text));
  }

  state(value: number): void {
    this.#toHost.tell(Buffer.concat([encodeImprov(improvType.state, Buffer.of(value)), Buffer.from('\n')]));
  }

  error(value: number): void {
    this.#toHost.tell(encodeImprov(improvType.error, Buffer.of(value)));
  }

  result(command: number, strings: readonly string[]): void {
    const list = encodeImprovStrings(strings);
    this.error(improvError.none);
    this.log('[D][improv] answering\r\n');
    this.#toHost.tell(
      encodeImprov(improvType.result, Buffer.concat([Buffer.of(command, list.length), list])),
    );
  }

  unplug(): void {
    this.#closed.tell(new AppError('serial.disconnected', 'unplugged', { address: 'test' }));
  }
}

const never = new AbortController().signal;
const clients: ImprovClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

function connect(times: Partial<ImprovTimes> = {}): { board: Board; client: ImprovClient } {
  const board = new Board();
  const short = { identifyMs: 60, askAgainMs: 10, answerMs: 60, joinMs: 80, afterProvisionedMs: 20 };
  const client = new ImprovClient(board.line, { ...short, ...times });
  clients.push(client);
  return { board, client };
}

const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof AppError ? error.code : error),
  );

test('a board that is still starting is asked again until it answers', async () => {
  const { board, client } = connect({ identifyMs: 5_000 });
  board.answer = () => {
    board.log('I (312) wifi: starting\r\n');
    if (board.received.length >= 3) board.state(2);
  };
  expect(await client.identify(never)).toBe('ready');
  expect(board.received.length).toBe(3);
});

test('no Improv is an outcome, not an error', async () => {
  const { board, client } = connect();
  board.answer = () => board.log('commande inconnue\r\n');
  expect(await client.identify(never)).toBeNull();
});

test('state with the addresses that belong to it; none where the board sends none', async () => {
  const { board, client } = connect();
  board.answer = (command) => {
    board.state(4);
    board.result(command, ['http://192.168.1.40', 'javascript:alert(1)', 'not an address']);
  };
  expect(await client.state(never)).toEqual({ state: 'provisioned', urls: ['http://192.168.1.40'] });
  board.answer = () => board.state(4);
  expect(await client.state(never)).toEqual({ state: 'provisioned', urls: [] });
  board.answer = () => board.state(2);
  expect(await client.state(never)).toEqual({ state: 'ready', urls: [] });
});

test('device info, with and without the operating system', async () => {
  const { board, client } = connect();
  board.answer = (command) => board.result(command, ['WLED', '0.15', 'ESP32-C3', 'Shelf']);
  expect(await client.deviceInfo(never)).toEqual({
    firmware: 'WLED',
    version: '0.15',
    chip: 'ESP32-C3',
    deviceName: 'Shelf',
    osName: null,
    osVersion: null,
  });
  board.answer = (command) => board.result(command, ['a', 'b', 'c', 'd', 'Zephyr', '4.1']);
  expect(await client.deviceInfo(never)).toMatchObject({ osName: 'Zephyr', osVersion: '4.1' });
});

test('a scan gives each network once, the strongest first', async () => {
  const { board, client } = connect();
  board.answer = (command) => {
    for (const network of [
      ['Plant', '-80', 'YES'],
      ['Guest', '-55', 'NO'],
      ['', '-40', 'YES'],
      ['Plant', '-47', 'YES'],
      ['Odd', 'strong', 'YES'],
    ])
      board.result(command, network);
    board.result(command, []);
  };
  expect(await client.scan(never)).toEqual([
    { ssid: 'Plant', rssi: -47, secured: true },
    { ssid: 'Guest', rssi: -55, secured: false },
    { ssid: 'Odd', rssi: null, secured: true },
  ]);
  expect(
    mergeNetworks([
      ['A', '-50', 'NO'],
      ['A', '-60', 'YES'],
    ]),
  ).toEqual([{ ssid: 'A', rssi: -50, secured: true }]);
});

test.each(['Plant-A', '#, "\'&%+_. é漢', 'x'.repeat(32)])(
  'network %j goes over byte by byte',
  async (ssid) => {
    const { board, client } = connect();
    board.answer = (command) => {
      board.state(3);
      board.state(4);
      board.result(command, ['http://10.0.0.7/']);
    };
    expect(await client.sendWifi(ssid, 'pass;"é漢\\', never)).toEqual(['http://10.0.0.7/']);
    expect(board.received.at(-1)).toEqual({
      command: improvCommand.sendWifi,
      value: encodeImprovStrings([ssid, 'pass;"é漢\\']),
    });
  },
);

test('a board that joined but never sends its result has joined', async () => {
  const { board, client } = connect({ joinMs: 5_000 });
  board.answer = () => {
    board.state(3);
    board.state(4);
  };
  expect(await client.sendWifi('Plant', 'secret12', never)).toEqual([]);
});

test.each([
  [improvError.unableToConnect, 'improv.wifi-refused'],
  [improvError.unknownCommand, 'improv.not-supported'],
  [improvError.badHostname, 'improv.bad-hostname'],
  [improvError.invalidPacket, 'improv.failed'],
  [improvError.unknown, 'improv.failed'],
])('error %i of the board is %s', async (error, expected) => {
  const { board, client } = connect();
  board.answer = () => {
    board.error(improvError.none);
    board.error(error);
  };
  const failing = client.sendWifi('Plant', 'secret12', never);
  expect(await code(failing)).toBe(expected);
  await failing.catch((problem: unknown) =>
    expect(JSON.stringify(problem) + String(problem)).not.toContain('secret12'),
  );
});

test('values that a board cannot take are never sent', async () => {
  const { board, client } = connect();
  for (const [ssid, password] of [
    ['', 'secret12'],
    ['é'.repeat(17), 'secret12'],
    ['Plant', '1234567'],
    ['Plant', 'x'.repeat(64)],
  ] as const)
    expect(await code(client.sendWifi(ssid, password, never))).toBe('improv.value-invalid');
  expect(await code(client.setHostname('-bad', never))).toBe('improv.bad-hostname');
  expect(await code(client.setHostname('a b', never))).toBe('improv.bad-hostname');
  expect(await code(client.setDeviceName('', never))).toBe('improv.value-invalid');
  expect(board.received).toEqual([]);
});

test('names are read and set', async () => {
  const { board, client } = connect();
  let name = 'old';
  board.answer = (command, value) => {
    if (value.length > 0) name = value.toString();
    board.result(command, [name]);
  };
  expect(await client.hostname(never)).toBe('old');
  expect(await client.setHostname('cold-room.local', never)).toBe('cold-room.local');
  expect(await client.setDeviceName('Chambre froide é', never)).toBe('Chambre froide é');
  expect(await client.deviceName(never)).toBe('Chambre froide é');
});

test('network state, and firmware that is older than it', async () => {
  const { board, client } = connect();
  board.answer = (command) => board.result(command, ['7', 'https://board.local']);
  expect(await client.networkState(never)).toEqual({
    online: true,
    interfaces: ['wifi', 'ethernet'],
    urls: ['https://board.local'],
  });
  board.answer = () => board.error(improvError.unknownCommand);
  expect(await client.networkState(never)).toBeNull();
});

test('an answer to another command is not taken for this one, and silence is told', async () => {
  const { board, client } = connect();
  board.answer = () => board.result(improvCommand.hostname, ['not what was asked']);
  expect(await code(client.deviceInfo(never))).toBe('improv.no-answer');
});

test('giving up and a lost line end the call at once, and the next call works', async () => {
  const { board, client } = connect({ answerMs: 60_000 });
  const abort = new AbortController();
  const first = client.deviceInfo(abort.signal);
  abort.abort(new Error('given up'));
  await expect(first).rejects.toThrow('given up');
  const second = client.hostname(never);
  await Promise.resolve();
  board.answer = () => board.unplug();
  const third = client.hostname(never);
  board.result(improvCommand.hostname, ['still here']);
  expect(await second).toBe('still here');
  expect(await code(third)).toBe('serial.disconnected');
});

test('log text is given on without the packets in it', async () => {
  const { board, client } = connect();
  const log: string[] = [];
  client.onLog((bytes) => log.push(bytes.toString()));
  board.answer = (command) => board.result(command, ['x']);
  board.log('I (1) boot\r\n');
  await client.hostname(never);
  expect(log.join('')).toBe('I (1) boot\r\n[D][improv] answering\r\n');
});

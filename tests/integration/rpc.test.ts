import { afterEach, describe, expect, test } from 'vitest';
import { pause } from '../../src/main/foundation/watch-state.ts';
import { RpcServer } from '../../src/main/rpc/orpc-server.ts';
import type { Handlers } from '../../src/shared/contract/contract.ts';
import type { Settings } from '../../src/shared/contract/settings.ts';
import { defaultSettings } from '../../src/shared/domain/default-settings.ts';
import { AppError } from '../../src/shared/domain/app-error.ts';
import { collectingLog } from '../support/collecting-log.ts';
import { until } from '../support/until.ts';
import { handlersWith, overMainPort, overPort, overSocket, type Areas } from '../support/rpc-lines.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

describe.each([
  ['WebSocket', overSocket],
  ['message port', overPort],
  ['message port of the desktop', overMainPort],
] as const)('over a %s', (_name, connect) => {
  async function lineTo(given: Areas) {
    const { log, lines } = collectingLog();
    const line = await connect(new RpcServer(handlersWith(given), log));
    open.push(line.close);
    return { ...line, lines };
  }

  test('a call brings its answer, with the defaults of the contract filled in', async () => {
    const { client } = await lineTo({
      broker: {
        createAccount: ({ username, role, mac, password }) =>
          Promise.resolve({
            account: { username, role, mac, createdMs: 1 },
            password: password === '' ? 'made' : password,
          }),
      },
    });
    const made = await client.broker.createAccount({ username: 'kitchen', role: 'reader', mac: null });
    expect(made).toEqual({
      account: { username: 'kitchen', role: 'reader', mac: null, createdMs: 1 },
      password: 'made',
    });
  });

  test('a known error arrives with its code, message and facts', async () => {
    const { client, lines } = await lineTo({
      stack: {
        start: () =>
          Promise.reject(
            new AppError('broker.port-in-use', 'Port 1883 is taken.', { port: 1883, by: 'mosquitto' }),
          ),
      },
    });
    const error = await client.stack.start({}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'broker.port-in-use',
      message: 'Port 1883 is taken.',
      data: { port: 1883, by: 'mosquitto' },
    });
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('an unknown error tells a number and nothing else; the log has it with its stack', async () => {
    const { client, lines } = await lineTo({
      stack: { stop: () => Promise.reject(new TypeError('password hunter2 of /home/jo')) },
    });
    const error = await client.stack.stop({}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'internal' });
    const { id } = (error as AppError).data;
    expect(id).toMatch(/^[\da-f-]{36}$/);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hunter2');
    const logged = lines.find(({ level }) => level === 'error');
    expect(logged?.facts['id']).toBe(id);
    expect(logged?.facts['error']).toMatchObject({ stack: expect.stringContaining('hunter2') as string });
  });

  test('a wrong input is refused by the name of its field, before the handler sees it', async () => {
    const seen: unknown[] = [];
    const { client, lines } = await lineTo({
      settings: {
        update: (patch) => {
          seen.push(patch);
          return Promise.resolve(defaultSettings);
        },
      },
    });
    const error = await client.settings.update({ mqttPort: 70_000 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'request.invalid', data: { field: 'mqttPort' } });
    expect(seen).toEqual([]);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('an answer that breaks the contract is our own fault: logged, and not sent', async () => {
    const { client, lines } = await lineTo({
      stack: { freePort: () => Promise.resolve({ port: 'secret text' } as unknown as { port: number }) },
    });
    const error = await client.stack.freePort({ name: 'mqtt', from: 1 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'internal', data: { id: expect.any(String) as string } });
    expect(lines.map(({ level, text }) => `${level} ${text}`)).toEqual(['error stack.freePort failed']);
  });

  test('an item that breaks the contract ends its stream, logged and not sent', async () => {
    const { client, lines } = await lineTo({
      settings: {
        async *watch() {
          yield defaultSettings;
          yield { ...defaultSettings, mqttPort: 'secret text' } as unknown as Settings;
        },
      },
    });
    const got: Settings[] = [];
    const read = (async () => {
      for await (const item of await client.settings.watch({})) got.push(item);
    })();
    await expect(read).rejects.toMatchObject({
      code: 'internal',
      data: { id: expect.any(String) as string },
    });
    expect(got).toHaveLength(1);
    expect(lines.map(({ level, text }) => `${level} ${text}`)).toEqual(['error settings.watch failed']);
  });

  test('a stream brings its items in order, then its error', async () => {
    const { client } = await lineTo({
      settings: {
        async *watch() {
          for (let port = 1; port <= 100; port++) yield { ...defaultSettings, mqttPort: port };
          throw new AppError('stack.not-running', 'It stopped.');
        },
      },
    });
    const got: number[] = [];
    const read = (async () => {
      for await (const { mqttPort } of await client.settings.watch({})) got.push(mqttPort);
    })();
    await expect(read).rejects.toMatchObject({ code: 'stack.not-running', message: 'It stopped.' });
    expect(got).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  test.each(['letting go', 'aborting', 'hanging up'] as const)(
    '%s ends a waiting stream on the main side',
    async (way) => {
      let ended = false;
      const { client, hangUp } = await lineTo({
        settings: {
          async *watch(_input, signal) {
            try {
              yield defaultSettings;
              await pause(600_000, signal);
            } finally {
              ended = true;
            }
          },
        },
      });
      const stop = new AbortController();
      const items = (await client.settings.watch({}, { signal: stop.signal }))[Symbol.asyncIterator]();
      expect((await items.next()).value).toEqual(defaultSettings);
      if (way === 'letting go') await items.return?.();
      else if (way === 'aborting') stop.abort();
      else hangUp();
      await until(() => ended, { what: 'the stream ends' });
    },
  );

  test('the signal of a call reaches the handler, and the caller gets its own reason back', async () => {
    let asked = false;
    let aborted = false;
    const { client } = await lineTo({
      stack: {
        logs: async (_input, signal) => {
          asked = true;
          await pause(600_000, signal);
          aborted = signal.aborted;
          return { items: [], next: 0, dropped: 0 };
        },
      },
    });
    const stop = new AbortController();
    const asking = client.stack.logs({ after: 0, max: 1, waitMs: 30_000 }, { signal: stop.signal });
    const given = expect(asking).rejects.toThrow('the screen was left');
    await until(() => asked);
    stop.abort(new Error('the screen was left'));
    await given;
    await until(() => aborted, { what: 'the handler is told' });
  });

  test('what was asked when the connection ends fails as lost', async () => {
    let asked = false;
    const { client, hangUp } = await lineTo({
      stack: {
        start: async (_input, signal) => {
          asked = true;
          await pause(600_000, signal);
          return {};
        },
      },
    });
    const asking = client.stack.start({});
    const lost = expect(asking).rejects.toMatchObject({ name: 'AppError', code: 'connection.lost' });
    await until(() => asked);
    hangUp();
    await lost;
  });

  test('a file arrives whole, with its name', async () => {
    const bytes = Uint8Array.from({ length: 2_500_000 }, (_, index) => (index * 31) & 255);
    const { client } = await lineTo({
      system: {
        supportBundle: () =>
          Promise.resolve({ fileName: 'support.zip', file: new Blob([bytes], { type: 'application/zip' }) }),
      },
    });
    const { fileName, file } = await client.system.supportBundle({});
    expect(fileName).toBe('support.zip');
    expect(file.type).toBe('application/zip');
    expect(Buffer.from(await file.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true);
  });

  test('many calls at once each get their own answer', async () => {
    const { client } = await lineTo({ stack: { freePort: ({ from }) => Promise.resolve({ port: from }) } });
    const wanted = Array.from({ length: 500 }, (_, index) => index + 1);
    const answers = await Promise.all(wanted.map((from) => client.stack.freePort({ name: 'mqtt', from })));
    expect(answers.map(({ port }) => port)).toEqual(wanted);
  });
});

test('a procedure that nobody serves is found at the start, not at the first call', () => {
  const { log } = collectingLog();
  expect(() => new RpcServer({ ...handlersWith({}), demo: {} } as unknown as Handlers, log)).toThrow(
    /demo\.start/,
  );
});

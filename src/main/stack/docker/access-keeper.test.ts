import { expect, test } from 'vitest';
import { silentLog } from '../../foundation/log.ts';
import { AccessKeeper } from './access-keeper.ts';
import type { ComposeProject } from './compose/index.ts';
import type { DockerEngine } from './engine/docker-engine.ts';
import { textFile, type StackFiles } from './project/stack-files.ts';
import type { StackDefinition } from './stack-definition.ts';

const service = {
  image: 'broker:1',
  secrets: [],
  volumes: [
    { kind: 'file', path: 'mosquitto/passwords', target: '/mosquitto/config/passwords', readOnly: true },
  ],
};
const project = {
  name: 'field',
  folder: '/none',
  version: '1',
  file: { services: { mosquitto: service }, networks: {}, volumes: {}, secrets: {} },
} as unknown as ComposeProject;

/** Writes only once it may, tells when it first does, and counts what is done at once. */
function heldEngine(): {
  readonly engine: DockerEngine;
  readonly did: string[];
  readonly most: () => number;
  readonly begun: Promise<unknown>;
  readonly release: () => void;
} {
  const did: string[] = [];
  let open = 0;
  let most = 0;
  let begin: () => void = () => undefined;
  let release: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  const engine = {
    putFiles: async (_container: string, files: readonly { readonly content: Buffer }[]) => {
      open += 1;
      most = Math.max(most, open);
      begin();
      await released;
      did.push(`put ${files.map(({ content }) => content.toString()).join()}`);
      open -= 1;
    },
    killContainer: async (_container: string, signal: string) => {
      did.push(signal);
      return Promise.resolve();
    },
  };
  return { engine: engine as unknown as DockerEngine, did, most: () => most, begun, release };
}

function accounts(): { readonly definition: StackDefinition; readonly change: (to: string) => void } {
  let mark = 'a';
  const files = (): StackFiles => new Map([['mosquitto/passwords', textFile(mark)]]);
  const definition = {
    accessMark: () => Promise.resolve(mark),
    adopt: () => Promise.resolve(),
    access: () => Promise.resolve(files()),
  };
  return { definition: definition as unknown as StackDefinition, change: (to) => (mark = to) };
}

test('looks that are asked for at once are one; one asked for meanwhile comes after it', async () => {
  const { engine, did, most, begun, release } = heldEngine();
  const { definition, change } = accounts();
  const keeper = new AccessKeeper({ engine, definition, project, log: silentLog, written: new Map() });
  const first = keeper.look();
  const beside = keeper.look();
  await begun;
  change('b');
  const after = keeper.look();
  release();
  await Promise.all([first, beside, after]);
  await keeper.close();
  expect(most()).toBe(1);
  expect(did).toEqual(['put a', 'SIGHUP', 'put b', 'SIGHUP']);
});

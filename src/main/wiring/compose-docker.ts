import { join } from 'node:path';
import type { Handlers } from '../../shared/contract/contract.ts';
import type { EngineReport } from '../../shared/contract/docker.ts';
import type { Platform } from '../foundation/platform.ts';
import { EngineFinder, systemMachine } from '../stack/index.ts';

/** The engines within reach of this machine, with what the application of this data folder was told of them. */
export function engineFinder(dataFolder: string): EngineFinder {
  return new EngineFinder({
    machine: systemMachine(),
    knownHostsFile: join(dataFolder, 'engines', 'known_hosts'),
  });
}

/** Only those of this very machine: quick, and nothing is asked over a network. */
export function enginesHere(dataFolder: string): Promise<readonly EngineReport[]> {
  return engineFinder(dataFolder).find([], new AbortController().signal, 'this-machine');
}

/** Everything of the Docker stack, put together. */
export function composeDocker({ platform }: { readonly platform: Platform }): {
  readonly handlers: Pick<Handlers, 'docker'>;
} {
  const finder = engineFinder(platform.paths.data);
  return {
    handlers: {
      docker: {
        engines: async ({ addresses }, signal) => ({ engines: await finder.find(addresses, signal) }),
        trustHostKey: async ({ address, fingerprint }) => {
          await finder.trustHostKey(address, fingerprint);
          return {};
        },
        forgetHostKey: async ({ address }) => {
          await finder.forgetHostKey(address);
          return {};
        },
      },
    },
  };
}

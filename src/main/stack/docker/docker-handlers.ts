import type { Handlers } from '../../../shared/contract/contract.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { Clock } from '../../foundation/clock.ts';
import { toldWork } from '../../foundation/told-work.ts';
import { watchState } from '../../foundation/watch-state.ts';
import { containerName, serviceOf } from './compose/index.ts';
import type { DockerStack } from './docker-stack.ts';
import type { EngineFinder } from './engine/find-engines.ts';
import { imagesOf, loadImages, saveImages } from './image-archive.ts';
import {
  exportFolder,
  filesOfService,
  findPortConflicts,
  removeContainers,
  removeWithData,
} from './project/index.ts';
import { waitHealthy } from './project/wait-healthy.ts';
import { publishedEnv, secretsFromEnv } from './published-env.ts';
import { stopPublished } from './published-stack.ts';
import { ServiceWatch } from './service-watch.ts';
import type { StackDefinition } from './stack-definition.ts';
import { takeOverPublished, type TakeOverParts } from './take-over.ts';
import { updateStack } from './update-stack.ts';
import { takeIntoUse, type UsePublishedParts } from './use-published.ts';

export interface DockerHandlerParts {
  readonly stack: DockerStack;
  readonly definition: StackDefinition;
  readonly finder: EngineFinder;
  readonly keptIn: 'key-store' | 'file';
  readonly clock: Clock;
  readonly takeOver: Omit<TakeOverParts, 'stack' | 'clock'>;
  readonly use: UsePublishedParts;
  /** Makes a backup of the database of the stack that runs; returns its file. */
  readonly backUp: (signal: AbortSignal) => Promise<string>;
}

const watchIntervalMs = 200;
const stopGraceSeconds = 20;

export function dockerHandlers(parts: DockerHandlerParts): Handlers['docker'] {
  const { stack, definition, finder, keptIn, clock } = parts;
  const state = {
    state: () => stack.details(),
    onChange: (listener: () => void) => stack.onChange(listener),
  };
  return {
    watch: (_input, signal) => watchState(state, watchIntervalMs, signal),
    engines: async ({ addresses }, signal) => ({ engines: await finder.find(addresses, signal) }),
    trustHostKey: async ({ address, fingerprint }) => {
      await finder.trustHostKey(address, fingerprint);
      return {};
    },
    forgetHostKey: async ({ address }) => {
      await finder.forgetHostKey(address);
      return {};
    },

    look: (_input, signal) =>
      stack.withEngine(async (engine, until) => {
        const watch = new ServiceWatch(engine, await definition.project(), clock);
        const { services, drift } = await watch.look(until);
        return {
          ...stack.details(),
          engine: { address: engine.address, description: await engine.describe(until) },
          services,
          drift,
          publishedStack: await stack.lookForPublished(engine),
        };
      }, signal),
    preflight: (_input, signal) =>
      stack.withEngine(async (engine) => {
        const project = await definition.project();
        const there = await Promise.all(imagesOf(project).map((image) => engine.inspectImage(image)));
        return {
          conflicts: await findPortConflicts(engine, project),
          missingImages: imagesOf(project).filter((_image, index) => there[index] === undefined),
          publishedStack: await stack.lookForPublished(engine),
        };
      }, signal),
    apply: (_input, signal) =>
      toldWork(async (tell, until) => {
        await stack.apply(tell, until);
        return {};
      }, signal),
    repair: (_input, signal) =>
      toldWork(async (tell, until) => {
        await stack.apply(tell, until, { repair: true });
        return {};
      }, signal),
    restartService: async ({ service }, signal) => {
      const project = await definition.project();
      const grace = serviceOf(project, service).stop_grace_period ?? stopGraceSeconds;
      await stack.withEngine(async (engine, until) => {
        const { files } = await definition.filesOn(engine);
        const container = containerName(project, service);
        await engine.stopContainer(container, grace);
        await engine.putFiles(container, filesOfService(project, service, files));
        await engine.startContainer(container);
        await waitHealthy(engine, service, container, until);
      }, signal);
      return {};
    },
    remove: async ({ data, typedName }, signal) => {
      const project = await definition.project();
      // Asked before anything is stopped: a wrong name changes nothing.
      if (data && typedName !== project.name)
        throw new AppError('docker.name-not-typed', `To remove the data of ${project.name}, type its name.`, {
          name: project.name,
        });
      await stack.close();
      await stack.withEngine(
        (engine, until) =>
          data ? removeWithData(engine, project, typedName, until) : removeContainers(engine, project, until),
        signal,
      );
      stack.removed();
      return {};
    },
    stopPublished: async (_input, signal) => {
      await stack.withEngine(async (engine) => {
        await stopPublished(engine);
        await stack.lookForPublished(engine);
      }, signal);
      return {};
    },

    takeOverPublished: ({ env }, signal) =>
      toldWork(
        (tell, until) => takeOverPublished({ ...parts.takeOver, stack, clock }, env, tell, until),
        signal,
      ),
    usePublished: ({ env }, signal) =>
      toldWork((tell, until) => takeIntoUse(parts.use, env, tell, until), signal),
    leavePublished: async () => {
      const { turn, keys } = parts.use;
      // Not at all where the application is not let go of it.
      try {
        return { kind: await turn.leavePublished() };
      } finally {
        if (parts.use.settings().stackKind !== 'published') await keys.forget();
      }
    },
    update: (_input, signal) =>
      toldWork((tell, until) => updateStack(stack, parts.backUp, tell, until), signal),

    rotateSecrets: async (_input, signal) => {
      await stack.rotateSecrets(signal);
      return {};
    },
    secrets: () => Promise.resolve({ keptIn }),
    exportEnv: async () => ({ text: publishedEnv((await definition.credentials()).secrets) }),
    importEnv: async ({ text }) => {
      const taken = secretsFromEnv(text);
      await definition.takeSecrets(taken);
      return { taken: Object.keys(taken) };
    },
    grafanaLogin: async () => {
      const { secrets } = await definition.credentials();
      const { host, port } = await stack.grafana();
      return {
        url: `http://${host}:${port}/`,
        username: 'admin',
        password: secrets.gf_admin_password,
      };
    },

    exportFolder: async ({ path }) => {
      const { files } = await definition.files();
      await exportFolder(path, {
        compose: await definition.compose(),
        files,
        variables: definition.variables(),
        projectName: definition.projectName,
      });
      return {};
    },
    saveImages: ({ path }, signal) =>
      toldWork(
        (tell, until) =>
          stack.withEngine(async (engine) => {
            const bytes = await saveImages(engine, await definition.project(), path, tell, until);
            return { bytes };
          }, until),
        signal,
      ),
    loadImages: ({ path }, signal) =>
      toldWork(
        (tell, until) =>
          stack.withEngine(
            async (engine) => ({ images: [...(await loadImages(engine, path, tell, until))] }),
            until,
          ),
        signal,
      ),
    logs: (question, signal) => stack.logs.next(question, signal),
  };
}

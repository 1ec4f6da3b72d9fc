import { join } from 'node:path';
import { z } from 'zod';
import { silentLog } from '../../foundation/log.ts';
import { SettingsStore } from '../../settings/index.ts';
import { containerName, serviceOf } from '../../stack/docker/compose/index.ts';
import { openProject } from '../../wiring/compose-docker.ts';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { pathsFor } from '../platform-paths.ts';
import { argument, dataFolder, print, type Common } from './answer.ts';
import { untilSignal } from './board-work.ts';

export type LogOptions = Common & { readonly tail: string; readonly follow?: boolean };

/** Straight from the engine: what the application would have to follow first is there at once. */
export async function tellLogs(service: string | undefined, options: LogOptions): Promise<void> {
  const tail = argument(z.coerce.number().int().min(0).max(100_000), options.tail, 'tail');
  await untilSignal(async (signal) => {
    const data = dataFolder(options);
    const { engine, project } = await openProject(
      {
        dataFolder: data,
        stackFolder: pathsFor(data, applicationRoot).stack,
        appVersion: applicationVersion,
        settings: (await SettingsStore.open(join(data, 'settings.json'), silentLog)).current,
      },
      signal,
    );
    try {
      const services = service === undefined ? Object.keys(project.file.services) : [service];
      for (const name of services) serviceOf(project, name);
      await Promise.all(
        services.map(async (name) => {
          const lines = engine.containerLogs(
            containerName(project, name),
            { tail, follow: options.follow === true },
            signal,
          );
          for await (const { timeMs, text } of lines)
            print(
              options.json === true
                ? JSON.stringify({ service: name, timeMs, text })
                : `${new Date(timeMs).toISOString()} ${name.padEnd(10)} ${printable(text)}`,
            );
        }),
      );
    } finally {
      await engine.close();
    }
  }, 'finish');
}

/** Control characters of a container must not reach the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}');
}

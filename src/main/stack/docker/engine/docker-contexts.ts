import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { EngineMachine } from './engine-machine.ts';

/** An engine that the person's own `docker context` knows. */
export interface DockerContext {
  readonly name: string;
  readonly host: string;
  /** Where its `ca.pem`, `cert.pem` and `key.pem` lie, or `null`. */
  readonly tlsFolder: string | null;
}

const metaFile = z.object({
  Name: z.string(),
  Endpoints: z.object({ docker: z.object({ Host: z.string().min(1) }) }),
});
const configFile = z.object({ currentContext: z.string().optional() });

/** `~/.docker`, or what `DOCKER_CONFIG` says. */
export function dockerFolder({ environment, home }: EngineMachine): string {
  const given = environment['DOCKER_CONFIG'];
  return given === undefined || given === '' ? join(home, '.docker') : given;
}

/**
 * The contexts in the store of Docker's command line (docker/cli, `cli/context/store`: `contexts/meta/ID/meta.json`
 * and `contexts/tls/ID/docker/`, where ID is the SHA-256 of the name). What is damaged is left out.
 */
export async function dockerContexts(machine: EngineMachine): Promise<readonly DockerContext[]> {
  const store = join(dockerFolder(machine), 'contexts');
  const found: DockerContext[] = [];
  for (const id of [...(await machine.list(join(store, 'meta')))].sort()) {
    const meta = metaFile.safeParse(json(await machine.readText(join(store, 'meta', id, 'meta.json'))));
    if (!meta.success) continue;
    const { Name, Endpoints } = meta.data;
    const tlsFolder = join(store, 'tls', createHash('sha256').update(Name).digest('hex'), 'docker');
    const hasTls = (await machine.list(tlsFolder)).length > 0;
    found.push({ name: Name, host: Endpoints.docker.Host, tlsFolder: hasTls ? tlsFolder : null });
  }
  return found;
}

/** The name of the context that `docker` uses, or `undefined` for the default engine. `DOCKER_HOST` overrides it. */
export async function currentContext(machine: EngineMachine): Promise<string | undefined> {
  const fromEnvironment = machine.environment['DOCKER_CONTEXT'];
  const config = configFile.safeParse(
    json(await machine.readText(join(dockerFolder(machine), 'config.json'))),
  );
  const name =
    fromEnvironment !== undefined && fromEnvironment !== '' ? fromEnvironment : config.data?.currentContext;
  return name === undefined || name === '' || name === 'default' ? undefined : name;
}

function json(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

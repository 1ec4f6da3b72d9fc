import { z } from 'zod';
import { errorReport, nothing } from './common.ts';
import { procedure } from './procedure.ts';

/** How an engine was found: `given` by the person; `environment` is `DOCKER_HOST`. */
export const engineSource = z.enum([
  'environment',
  'context',
  'default',
  'rootless',
  'docker-desktop',
  'podman',
  'given',
]);
export type EngineSource = z.infer<typeof engineSource>;

export const engineDescription = z
  .object({
    /** `Docker Engine`, `Docker Desktop`, `Podman`: proper names. */
    product: z.string(),
    version: z.string(),
    apiVersion: z.string(),
    operatingSystem: z.string(),
    architecture: z.string(),
    cpus: z.number(),
    memoryBytes: z.number(),
    rootless: z.boolean(),
    /** `null` where the engine's machine does not tell. */
    freeDiskBytes: z.number().nullable(),
  })
  .readonly();

/** An engine that was found, and what it says of itself or why it cannot be used. */
export const engineReport = z
  .object({
    /** `unix:///var/run/docker.sock`, `ssh://pi@raspberrypi.local`; never holds a password. */
    address: z.string(),
    source: engineSource,
    /** Of Docker's context, where it comes from one. */
    name: z.string().nullable(),
    /** False for `tcp://` without TLS: say so before it is used. */
    encrypted: z.boolean(),
    description: engineDescription.nullable(),
    error: errorReport.nullable(),
  })
  .readonly();
export type EngineReport = z.infer<typeof engineReport>;

const address = z.string().min(1).max(500);

export const dockerContract = {
  /** The engines of this machine, first the one that Docker's own command line would use, and those given. */
  engines: procedure(
    z.object({ addresses: z.array(address).max(20).readonly() }),
    z.object({ engines: z.array(engineReport).readonly() }),
  ),
  /** The person has compared the fingerprint that `engine.host-key-unknown` told, and trusts that ssh host. */
  trustHostKey: procedure(z.object({ address, fingerprint: z.string().max(200) }), nothing),
  /** For a machine that was set up anew; only what was trusted here, never the person's own known hosts. */
  forgetHostKey: procedure(z.object({ address }), nothing),
} as const;

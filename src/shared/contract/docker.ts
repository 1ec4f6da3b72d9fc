import { z } from 'zod';
import { epochMs, errorReport, nothing } from './common.ts';
import { procedure, stream } from './procedure.ts';

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

export const dockerService = z
  .object({
    /** As compose.yaml names it. */
    name: z.string(),
    container: z.string().nullable(),
    image: z.string(),
    state: z.enum(['absent', 'created', 'starting', 'healthy', 'unhealthy', 'restarting', 'exited']),
    startedMs: epochMs.nullable(),
    restarts: z.number(),
    exitCode: z.number().nullable(),
    /** What its health check said last. */
    healthText: z.string().nullable(),
    ports: z
      .array(z.object({ address: z.string(), port: z.number(), container: z.number() }).readonly())
      .readonly(),
    /** Of one core. */
    cpuPercent: z.number().nullable(),
    memoryBytes: z.number().nullable(),
    memoryLimitBytes: z.number().nullable(),
    networkReceivedBytes: z.number().nullable(),
    networkSentBytes: z.number().nullable(),
    /** Of its named volumes. */
    volumeBytes: z.number().nullable(),
  })
  .readonly();
export type DockerService = z.infer<typeof dockerService>;

/** Something in which a container is not as compose.yaml says. */
export const serviceDrift = z
  .object({
    service: z.string(),
    field: z.enum([
      'image',
      'environment',
      'ports',
      'volumes',
      'memory',
      'cpus',
      'restart',
      'healthcheck',
      'network',
    ]),
    wanted: z.string(),
    found: z.string(),
  })
  .readonly();
export type ServiceDrift = z.infer<typeof serviceDrift>;

export const upProgress = z
  .object({
    step: z.enum([
      'check',
      'images',
      'network',
      'volumes',
      'containers',
      'start',
      'healthy',
      'schema',
      'done',
    ]),
    service: z.string().nullable(),
    bytes: z.object({ current: z.number(), total: z.number() }).nullable(),
    layers: z
      .array(
        z.object({
          image: z.string(),
          id: z.string(),
          status: z.string(),
          currentBytes: z.number().nullable(),
          totalBytes: z.number().nullable(),
        }),
      )
      .readonly(),
    text: z.string().nullable(),
  })
  .readonly();

export const dockerStackState = z
  .object({
    engine: z
      .object({
        address: z.string(),
        description: engineDescription.nullable(),
      })
      .readonly()
      .nullable(),
    project: z.string(),
    progress: upProgress.nullable(),
    services: z.array(dockerService).readonly(),
    drift: z.array(serviceDrift).readonly(),
    /** Containers of the published project on this engine. */
    publishedStack: z.array(z.string()).readonly(),
  })
  .readonly();
export type DockerStackState = z.infer<typeof dockerStackState>;

const address = z.string().min(1).max(500);

export const dockerContract = {
  /** The whole state at once, again on every change, at most five times a second. */
  watch: stream(nothing, dockerStackState),
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

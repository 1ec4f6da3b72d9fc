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
      'command',
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
      'backup',
      'restore',
      'published',
      'way-back',
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

/** A container of the published project on an engine. Only one that runs stands in the way of a start. */
export const publishedContainer = z.object({ name: z.string(), running: z.boolean() }).readonly();
export type PublishedContainer = z.infer<typeof publishedContainer>;

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
    /** As they were at the last look at this engine. */
    publishedStack: z.array(publishedContainer).readonly(),
  })
  .readonly();
export type DockerStackState = z.infer<typeof dockerStackState>;

const address = z.string().min(1).max(500);
/** A file or folder by its full path on the machine that the application runs on. */
const path = z.string().min(1).max(4096);

const told = <T extends z.ZodType>(result: T) =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('progress'), progress: upProgress }),
    z.object({ type: z.literal('done'), result }),
  ]);

/** A port of the stack that something else has. */
export const portConflict = z
  .object({
    service: z.string(),
    port: z.number(),
    /** A container's or a program's name; `null` where the system does not tell. */
    holder: z.string().nullable(),
    free: z.number().nullable(),
  })
  .readonly();

export const serviceLogLine = z
  .object({
    seq: z.number(),
    timeMs: epochMs,
    service: z.string(),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    text: z.string(),
  })
  .readonly();
export type ServiceLogLine = z.infer<typeof serviceLogLine>;

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

  /** The state as the engine has it now, also while the application is not connected to the stack. */
  look: procedure(nothing, dockerStackState),
  /** What stands in the way of a start, before anything is touched. */
  preflight: procedure(
    nothing,
    z.object({
      conflicts: z.array(portConflict).readonly(),
      missingImages: z.array(z.string()).readonly(),
      publishedStack: z.array(publishedContainer).readonly(),
    }),
  ),
  /** Makes the containers as compose.yaml says; those that are so already are left alone. */
  apply: stream(nothing, told(nothing)),
  /**
   * As `apply`, and completes a database that the published script left half-initialised, keeping every row; or
   * empties the volume of one whose first start was cut off, if provably nothing was ever stored in it.
   */
  repair: stream(nothing, told(nothing)),
  restartService: procedure(z.object({ service: z.string().max(100) }), nothing),
  /**
   * Removes containers and network. With `data` the volumes too, if `typedName` is the stack's name; nothing else
   * ever removes them.
   */
  remove: procedure(z.object({ data: z.boolean(), typedName: z.string().max(100) }), nothing),
  /** Stops the containers of the published project; they and their volumes stay. */
  stopPublished: procedure(nothing, nothing),
  /**
   * Moves the data of the published project into this stack by a backup; its containers and volumes stay. `env` is
   * its `.env`. `account` is the one with which its boards publish here as before. The Docker stack is the
   * application's afterwards; until the backup is made the one of before goes on, and where something fails it comes
   * back.
   */
  takeOverPublished: stream(
    z.object({ env: z.string().max(100_000) }),
    told(z.object({ backup: z.string(), rows: z.number(), account: z.string().nullable() })),
  ),
  /**
   * Uses the running stack of the published project as it is: nothing of it is stopped, changed or removed. `env` is its
   * `.env`; the passwords go to the secret store. Before this application's own tables are added beside its tables a
   * backup is made and checked; `backup` is `null` where they were there already. Until all of that is done the stack of
   * before goes on, and where something fails it comes back. `account` is the one with which its boards publish.
   */
  usePublished: stream(
    z.object({ env: z.string().max(100_000) }),
    told(z.object({ backup: z.string().nullable(), account: z.string() })),
  ),
  /** Lets go of the published stack, which goes on as it is, forgets its passwords, and starts the stack of before. */
  leavePublished: procedure(nothing, z.object({ kind: z.enum(['embedded', 'docker']) })),
  /** New images after a backup; goes back to those of before where a service does not get healthy with them. */
  update: stream(nothing, told(z.object({ backup: z.string(), changed: z.array(z.string()).readonly() }))),

  /** New passwords for everything, while sensors go on publishing. */
  rotateSecrets: procedure(nothing, nothing),
  /** Where passwords are kept, and the published project's `.env` with them. */
  secrets: procedure(nothing, z.object({ keptIn: z.enum(['key-store', 'file']) })),
  exportEnv: procedure(nothing, z.object({ text: z.string() })),
  importEnv: procedure(
    z.object({ text: z.string().max(100_000) }),
    z.object({ taken: z.array(z.string()).readonly() }),
  ),
  /** For Grafana's sign-in; shown on request only. */
  grafanaLogin: procedure(nothing, z.object({ url: z.string(), username: z.string(), password: z.string() })),

  /** A folder that `docker compose up -d` starts on a machine without this application. */
  exportFolder: procedure(z.object({ path }), nothing),
  /** All images of the stack in one archive, for a machine without a network. */
  saveImages: stream(z.object({ path }), told(z.object({ bytes: z.number() }))),
  loadImages: stream(z.object({ path }), told(z.object({ images: z.array(z.string()).readonly() }))),

  /** Cursor pull over the kept log lines of all services or of one; waits up to `waitMs` for the first new one. */
  logs: procedure(
    z.object({
      after: z.number().min(0),
      max: z.number().int().min(1).max(5_000),
      waitMs: z.number().min(0).max(30_000),
      service: z.string().max(100).optional(),
    }),
    z.object({ items: z.array(serviceLogLine).readonly(), next: z.number(), dropped: z.number() }),
  ),
} as const;

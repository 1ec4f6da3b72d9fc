import { z } from 'zod';
import { epochMs } from './common.ts';

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
        description: z
          .object({
            product: z.string(),
            version: z.string(),
            apiVersion: z.string(),
            operatingSystem: z.string(),
            architecture: z.string(),
            cpus: z.number(),
            memoryBytes: z.number(),
            rootless: z.boolean(),
            freeDiskBytes: z.number().nullable(),
          })
          .readonly()
          .nullable(),
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

import { z } from 'zod';
import { epochMs, errorReport, nothing, port } from './common.ts';
import { procedure, stream } from './procedure.ts';

export const phase = z.enum(['stopped', 'starting', 'running', 'stopping', 'failed']);
export type Phase = z.infer<typeof phase>;

/**
 * Where the stack runs: inside the application, as containers of a Docker engine, or as the containers of the published
 * project, which this application uses as they are and neither starts, changes nor stops.
 */
export const stackKind = z.enum(['embedded', 'docker', 'published']);
export type StackKind = z.infer<typeof stackKind>;

/** The listeners and servers whose port a person can change. */
export const portName = z.enum(['mqtt', 'mqtts', 'websocket', 'postgres', 'grafana']);
export type PortName = z.infer<typeof portName>;

export const listenerState = z
  .object({ name: z.enum(['mqtt', 'mqtts', 'websocket']), address: z.string(), port, url: z.string() })
  .readonly();

export const brokerState = z
  .object({
    phase,
    listeners: z.array(listenerState).readonly(),
    clients: z.number(),
    /** These six count since the broker started. */
    refusedLogins: z.number(),
    /** On topics that were not the account's. */
    refusedMessages: z.number(),
    refusedSubscriptions: z.number(),
    oversizedPackets: z.number(),
    refusedConnections: z.number(),
    /** Messages dropped because a session's queue was full or its client does not read. */
    queueOverflows: z.number(),
    retained: z.number(),
    /** Under this name the broker announces itself by DNS-SD (`_mqtt._tcp`), `null` while it does not. */
    serviceName: z.string().nullable(),
    error: errorReport.nullable(),
  })
  .readonly();
export type BrokerState = z.infer<typeof brokerState>;

export const databaseKind = z.enum(['postgresql', 'timescaledb-apache', 'timescaledb-community']);

export const databaseState = z
  .object({
    phase,
    kind: databaseKind.nullable(),
    /** `18.4`, as the server says. */
    version: z.string().nullable(),
    address: z.string(),
    port: port.nullable(),
    databaseName: z.string(),
    /** The role that owns the tables, as which a person connects. */
    user: z.string(),
    sizeBytes: z.number().nullable(),
    error: errorReport.nullable(),
  })
  .readonly();
export type DatabaseState = z.infer<typeof databaseState>;

/** What processes take of this machine now. */
export const processUse = z
  .object({
    /** Of one core; `null` at the first look. */
    cpuPercent: z.number().nullable(),
    memoryBytes: z.number(),
    processes: z.number(),
  })
  .readonly();
export type ProcessUse = z.infer<typeof processUse>;

/** Each `null` while the stack is stopped, or where the system does not tell. */
export const stackUse = z
  .object({
    /** The application itself, with the broker and the ingest in it. */
    application: processUse.nullable(),
    /** All processes of the database server. */
    database: processUse.nullable(),
    /** Room that the database's files take on the disk. */
    folderBytes: z.number().nullable(),
  })
  .readonly();
export type StackUse = z.infer<typeof stackUse>;

export const stackState = z
  .object({
    kind: stackKind,
    phase,
    /** When the present phase began. */
    sinceMs: epochMs,
    /** What is being done right now while starting or stopping; the screen has words for each. */
    step: z
      .enum([
        'database-init',
        'database-start',
        'schema',
        'accounts',
        'broker-start',
        'broker-stop',
        'ingest-flush',
        'database-stop',
        'docker-check',
        'docker-images',
        'docker-containers',
        'docker-start',
        'docker-connect',
        'docker-stop',
      ])
      .nullable(),
    broker: brokerState,
    database: databaseState,
    /** Of the disk that the database lies on, where it is known. */
    freeDiskBytes: z.number().nullable(),
    /** Of the embedded stack; what containers take is told for each of them. */
    use: stackUse,
    totalDiskBytes: z.number().nullable(),
    demo: z.object({ running: z.boolean(), sensors: z.number() }).readonly(),
    error: errorReport.nullable(),
  })
  .readonly();
export type StackState = z.infer<typeof stackState>;

export const logLine = z
  .object({
    seq: z.number(),
    timeMs: epochMs,
    source: z.enum(['app', 'broker', 'database', 'ingest', 'host']),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    text: z.string(),
  })
  .readonly();
export type LogLine = z.infer<typeof logLine>;

export const stackContract = {
  /** The whole state at once, again on every change, at most five times a second. */
  watch: stream(nothing, stackState),
  start: procedure(nothing, nothing),
  stop: procedure(nothing, nothing),
  restart: procedure(nothing, nothing),
  /** Stops the stack that runs, makes this one the application's, and starts it. */
  use: procedure(z.object({ kind: stackKind }), nothing),
  /** Remembers the port and, where the stack is not running, leaves the start to the caller. */
  setPort: procedure(z.object({ name: portName, port }), nothing),
  /** The next free port from `from` upwards on the address where that listener would open. */
  freePort: procedure(z.object({ name: portName, from: port }), z.object({ port })),
  /** Cursor pull over the kept log lines; waits up to `waitMs` for the first new one. */
  logs: procedure(
    z.object({
      after: z.number().min(0),
      max: z.number().int().min(1).max(1000),
      waitMs: z.number().min(0).max(30_000),
      source: logLine.unwrap().shape.source.optional(),
    }),
    z.object({ items: z.array(logLine).readonly(), next: z.number(), dropped: z.number() }),
  ),
} as const;

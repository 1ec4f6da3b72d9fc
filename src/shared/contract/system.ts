import { z } from 'zod';
import { epochMs, nothing } from './common.ts';
import { procedure } from './procedure.ts';

export const checkResult = z
  .object({
    /** `runtime.node`, `port.mqtt`, `engine.docker`, ...: the screen and the command line have words for it. */
    id: z.string(),
    /** Names its words in both catalogues: `checks.<word>.finding` and `.remedy`, with values of `data`. */
    word: z.string(),
    status: z.enum(['ok', 'note', 'warn', 'fail']),
    /** One English sentence of what was found. */
    finding: z.string(),
    /** What to do about it, with the exact command where there is one. */
    remedy: z.string().nullable(),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  })
  .readonly();
export type CheckResult = z.infer<typeof checkResult>;

export const systemInfo = z
  .object({
    appVersion: z.string(),
    host: z.enum(['desktop', 'web', 'cli']),
    /** `linux`, `darwin`, `win32`. */
    os: z.string(),
    hostName: z.string(),
    dataFolder: z.string(),
    nodeVersion: z.string(),
    startedMs: epochMs,
    can: z.object({ openExternal: z.boolean(), notify: z.boolean(), keepAwake: z.boolean() }).readonly(),
    /** Where the web page can be reached from other machines; `null` on the desktop and on loopback. */
    exposedAt: z.string().nullable(),
  })
  .readonly();
export type SystemInfo = z.infer<typeof systemInfo>;

export const systemContract = {
  info: procedure(nothing, systemInfo),
  doctor: procedure(nothing, z.object({ checks: z.array(checkResult).readonly() })),
  /** One zip: redacted logs, versions, state. */
  supportBundle: procedure(nothing, z.object({ fileName: z.string(), file: z.instanceof(Blob) })),
} as const;

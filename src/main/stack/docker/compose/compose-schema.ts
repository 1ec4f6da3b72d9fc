import { z } from 'zod';

/**
 * The part of the Compose Specification that the stack's file uses, in its short forms. Anything else is refused
 * by name, since ignoring it would bring up another stack than `docker compose` does.
 */

const units = { '': 1, b: 1, k: 1024, kb: 1024, m: 1024 ** 2, mb: 1024 ** 2, g: 1024 ** 3, gb: 1024 ** 3 };
type Unit = keyof typeof units;

/** `128m` as bytes. */
const byteSize = z.union([z.number(), z.string()]).transform((value, context) => {
  const found = /^(\d+(?:\.\d+)?)\s*([bkmg]b?)?$/i.exec(String(value));
  const unit = (found?.[2] ?? '').toLowerCase();
  if (found?.[1] === undefined || !(unit in units))
    return fault(context, 'a size such as 128m or 1g is expected');
  return Math.round(Number(found[1]) * units[unit as Unit]);
});

/** `1m30s` as seconds. */
const duration = z.string().transform((text, context) => {
  if (!/^(\d+(\.\d+)?(h|m|s|ms))+$/.test(text))
    return fault(context, 'a duration such as 30s or 1m30s is expected');
  const seconds = { h: 3600, m: 60, s: 1, ms: 0.001 };
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g))
    total += Number(amount) * seconds[unit as keyof typeof seconds];
  return total;
});

const positive = z.union([z.number(), z.string()]).transform((value, context) => {
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? number : fault(context, 'a number above 0 is expected');
});

/** `127.0.0.1:5432:5432`, `1883:1883`; TCP only. */
const portMapping = z.string().transform((text, context) => {
  const found = /^(?:(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):)?(\d{1,5}):(\d{1,5})(?:\/tcp)?$/.exec(text);
  const [host, container] = [Number(found?.[2]), Number(found?.[3])];
  if (found === null || host < 1 || host > 65_535 || container < 1 || container > 65_535)
    return fault(context, 'a port such as 127.0.0.1:5432:5432 is expected');
  return { address: (found[1] ?? '0.0.0.0').replace(/[[\]]/g, ''), host, container };
});
export type PortMapping = z.output<typeof portMapping>;

/** `name:/path` is a named volume, `./file:/path:ro` a file or folder beside the Compose file. */
const mount = z.string().transform((text, context) => {
  const found = /^(\.\/[^:]+|[A-Za-z0-9][\w.-]*):(\/[^:]*)(:ro)?$/.exec(text);
  if (found?.[1] === undefined || found[2] === undefined)
    return fault(context, 'name:/path or ./file:/path:ro is expected (no other folder of the machine)');
  const [, source, target] = found;
  if (!source.startsWith('./')) return { kind: 'volume' as const, name: source, target };
  if (source.split('/').includes('..')) return fault(context, 'a file outside this folder is not taken');
  if (found[3] === undefined) return fault(context, 'files of this folder are mounted read-only: add :ro');
  return { kind: 'file' as const, path: source.slice(2), target };
});
export type ServiceMount = z.output<typeof mount>;

const text = z.string();
const environmentValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

export const composeService = z.strictObject({
  image: text.min(1),
  build: z.strictObject({ context: text, args: z.record(text, environmentValue).default({}) }).optional(),
  command: z.array(text).optional(),
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']).default('no'),
  stop_grace_period: duration.optional(),
  ports: z.array(portMapping).default([]),
  environment: z.record(text, environmentValue).default({}),
  volumes: z.array(mount).default([]),
  secrets: z.array(text).default([]),
  networks: z.array(text).default([]),
  depends_on: z
    .record(text, z.strictObject({ condition: z.enum(['service_started', 'service_healthy']) }))
    .default({}),
  healthcheck: z
    .strictObject({
      test: z.tuple([z.enum(['CMD', 'CMD-SHELL'])], text),
      interval: duration,
      timeout: duration,
      retries: positive,
      start_period: duration.optional(),
    })
    .optional(),
  mem_limit: byteSize.optional(),
  cpus: positive.optional(),
  security_opt: z.array(text).default([]),
  logging: z.strictObject({ driver: text, options: z.record(text, environmentValue).default({}) }).optional(),
});
export type ComposeService = z.output<typeof composeService>;

export const composeFile = z.strictObject({
  services: z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]*$/), composeService),
  networks: z.record(text, z.strictObject({ driver: z.literal('bridge').default('bridge') })).default({}),
  volumes: z.record(text, z.strictObject({}).nullable()).default({}),
  secrets: z
    .record(text, z.strictObject({ file: text.regex(/^\.\/(?!.*\.\.)/, './secrets/name is expected') }))
    .default({}),
});
export type ComposeFile = z.output<typeof composeFile>;

function fault(context: z.core.$RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

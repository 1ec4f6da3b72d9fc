import { z } from 'zod';
import { epochMs, nothing } from './common.ts';
import { procedure } from './procedure.ts';

export const firmwareBundle = z
  .object({
    /** SHA-256 over the content, hexadecimal: the same firmware is kept once, however often it is imported. */
    id: z.string(),
    name: z.string(),
    version: z.string(),
    /** Layout of the configuration that it reads; `null`: it is given none of ours. */
    nvsSchema: z.number().nullable(),
    importedMs: epochMs,
    bytes: z.number(),
    /** Where it came from; `null` where that was not noted down. `demo` is for virtual boards only. */
    origin: z.enum(['bundled', 'file', 'folder', 'url', 'demo']).nullable(),
    builds: z
      .array(
        z
          .object({
            /** Family as manifests spell it: `ESP32`, `ESP32-S3`. */
            chip: z.string(),
            parts: z
              .array(z.object({ path: z.string(), offset: z.number(), size: z.number() }).readonly())
              .readonly(),
          })
          .readonly(),
      )
      .readonly(),
  })
  .readonly();
export type FirmwareBundle = z.infer<typeof firmwareBundle>;

const blob = z.instanceof(Blob);

/** What the gatekeeper refuses fails with an error `firmware.*` that names what and why; nothing is kept of it. */
export const firmwareContract = {
  /** Newest first; `damaged` are ids of which the description cannot be read any more. */
  list: procedure(
    nothing,
    z.object({
      items: z.array(firmwareBundle).readonly(),
      damaged: z.array(z.string()).readonly(),
    }),
  ),
  /** A zip with a manifest of ESP Web Tools or `flasher_args.json` of ESP-IDF in it. */
  importArchive: procedure(z.object({ fileName: z.string().max(255), file: blob }), firmwareBundle),
  /** Single `.bin` files, each with its offset in bytes from the beginning of the flash. */
  importParts: procedure(
    z.object({
      parts: z
        .array(
          z.object({
            fileName: z.string().max(255),
            offset: z.number().int().min(0).max(0xffff_ffff),
            file: blob,
          }),
        )
        .min(1)
        .max(16),
      name: z.string().max(60),
      version: z.string().max(32),
    }),
    firmwareBundle,
  ),
  /** The address of a manifest; its parts are fetched from beside it. */
  importUrl: procedure(z.object({ url: z.url({ protocol: /^https?$/ }).max(2000) }), firmwareBundle),
  remove: procedure(z.object({ id: z.string() }), nothing),
  /** As a zip that another machine can import. */
  exportArchive: procedure(z.object({ id: z.string() }), z.object({ fileName: z.string(), file: blob })),
} as const;

import { z } from 'zod';
import { AppError } from '../../../shared/domain/app-error.ts';
import { chipFamily } from '../images/index.ts';

/**
 * The manifest of ESP Web Tools (`src/const.ts` there), of which every field is taken as it is, and what it lacks:
 * hash and size of each part, the lowest chip revision, and the layout of the configuration that the firmware
 * reads. Numbers of a revision are major times 100 plus minor.
 */
const part = z.object({
  /** Relative to the manifest, or an http(s) address. */
  path: z.string().min(1).max(1000),
  offset: z.number().int().min(0).max(0xffffffff),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i)
    .optional(),
  size: z.number().int().min(1).optional(),
});

const build = z.object({
  chipFamily: z.string().min(1).max(40),
  parts: z.array(part).min(1).max(64),
  minChipRev: z.number().int().min(0).max(65_535).optional(),
});

const manifest = z.object({
  name: z.string().min(1).max(200),
  version: z.string().max(100).default(''),
  /** Number of the configuration's layout in NVS; only firmware that names one is given a configuration. */
  nvsSchema: z.number().int().min(1).max(255).nullable().default(null),
  builds: z.array(build).min(1).max(32),
});
export type Manifest = z.infer<typeof manifest>;

/** @throws AppError `firmware.manifest-invalid`, `firmware.unknown-chip` */
export function parseManifest(text: string): Manifest {
  const parsed = manifest.safeParse(json(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  // ESP8266 boards are none of this tool's; such a build beside others is left out.
  const builds = parsed.data.builds.filter((entry) => entry.chipFamily !== 'ESP8266');
  for (const { chipFamily: chip } of parsed.data.builds) {
    if (chipFamily(chip) === undefined && (chip !== 'ESP8266' || builds.length === 0))
      throw new AppError('firmware.unknown-chip', `No chip family is called ${chip}.`, { chip });
  }
  const chips = builds.map((entry) => chipFamily(entry.chipFamily)?.name);
  if (new Set(chips).size !== chips.length) throw invalid('two builds for one chip family');
  return { ...parsed.data, builds };
}

const flasherArguments = z.object({
  flash_files: z.record(z.string().regex(/^0x[0-9a-f]+$/i), z.string().min(1).max(1000)),
  extra_esptool_args: z.object({ chip: z.string().min(1).max(40) }),
});

/**
 * ESP-IDF's `flasher_args.json`, as each build leaves it.
 *
 * @throws AppError `firmware.manifest-invalid`, `firmware.unknown-chip`
 */
export function parseFlasherArguments(text: string): {
  readonly chip: string;
  readonly parts: readonly { readonly path: string; readonly offset: number }[];
} {
  const parsed = flasherArguments.safeParse(json(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`flasher_args.json: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const { chip } = parsed.data.extra_esptool_args;
  if (chipFamily(chip) === undefined)
    throw new AppError('firmware.unknown-chip', `No chip family is called ${chip}.`, { chip });
  return {
    chip,
    parts: Object.entries(parsed.data.flash_files).map(([offset, path]) => ({
      path: path.replaceAll('\\', '/'),
      offset: Number(offset),
    })),
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\u{feff}/u, ''));
  } catch {
    throw invalid('not JSON');
  }
}

function invalid(reason: string): AppError {
  return new AppError('firmware.manifest-invalid', `The manifest is not valid: ${reason}.`, { reason });
}

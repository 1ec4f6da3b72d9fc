import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inProject } from '../steps/project.mjs';

const configurationHeader = 'firmware/components/datayoti_core/include/datayoti/config.h';

/** The layout of the configuration that the firmware reads, from its own source. */
export function configurationSchema() {
  const found = /^#define DY_CONFIG_SCHEMA (\d+)$/m.exec(
    readFileSync(inProject(configurationHeader), 'utf8'),
  );
  if (found === null) throw new Error(`${configurationHeader} names no DY_CONFIG_SCHEMA.`);
  return Number(found[1]);
}

/**
 * The files of a bundle by their paths: `manifest.json` in the format of ESP Web Tools, with size, SHA-256 and the layout
 * of the configuration added, and the parts that it names.
 *
 * @param {readonly ReturnType<import('./build-results.mjs').readBuildResults>[]} builds one for each chip
 * @param {number} nvsSchema
 * @returns {{ version: string, files: ReadonlyMap<string, Buffer> }}
 */
export function bundleOf(builds, nvsSchema) {
  const [first] = builds;
  if (first === undefined) throw new Error('There is no build to pack.');
  const versions = new Set(builds.map(({ version }) => version));
  if (versions.size > 1) throw new Error(`The builds have different versions: ${[...versions].join(', ')}.`);
  if (new Set(builds.map(({ chip }) => chip)).size < builds.length)
    throw new Error('Two of the builds are for the same chip.');
  const inOrder = builds.toSorted((a, b) => (a.family < b.family ? -1 : 1));
  const manifest = {
    name: 'DataYoti sensor',
    version: first.version,
    new_install_prompt_erase: true,
    nvsSchema,
    builds: inOrder.map(({ chip, family, parts }) => ({
      chipFamily: family,
      parts: parts.map(({ name, offset, bytes }) => ({
        path: `${chip}/${name}`,
        offset,
        size: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      })),
    })),
  };
  const files = new Map([['manifest.json', Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)]]);
  for (const { chip, parts } of inOrder)
    for (const { name, bytes } of parts) files.set(`${chip}/${name}`, bytes);
  return { version: first.version, files };
}

import { readFileSync } from 'node:fs';
import { isAbsolute, join, normalize, sep } from 'node:path';

/** Families as manifests of ESP Web Tools spell them, by the names that ESP-IDF gives its targets. */
const families = { esp32: 'ESP32', esp32c3: 'ESP32-C3' };
const project = 'datayoti-sensor';

/** ESP-IDF's `esp_app_desc_t` stands behind the headers of image (24 bytes) and first segment (8 bytes). */
const descriptorAt = 32;
const descriptorMagic = 0xabcd5432;
const versionAt = 16;
const projectAt = 48;
const textBytes = 32;

/**
 * What one build left behind, by its `flasher_args.json`.
 *
 * @param {string} folder as `idf.py -B` was given it
 * @returns {{ chip: string, family: string, version: string, parts: { name: string, offset: number, bytes: Buffer }[] }}
 */
export function readBuildResults(folder) {
  const path = join(folder, 'flasher_args.json');
  const { flash_files: files, extra_esptool_args: esptool } = JSON.parse(readFileSync(path, 'utf8'));
  const chip = esptool?.chip;
  const family = families[chip];
  if (family === undefined) throw new Error(`${path}: no firmware of ours is for ${chip}.`);
  const parts = Object.entries(files ?? {})
    .map(([offset, file]) => ({
      name: nameOf(file),
      offset: offsetOf(offset),
      bytes: readPart(folder, file),
    }))
    .toSorted((a, b) => a.offset - b.offset);
  const descriptors = parts.map(({ bytes }) => descriptorOf(bytes)).filter((found) => found !== undefined);
  const [own] = descriptors;
  if (own === undefined || descriptors.length > 1 || own.project !== project)
    throw new Error(`${path}: ${project} is not the one application of this build.`);
  return { chip, family, version: own.version, parts };
}

function nameOf(file) {
  return file.split(/[/\\]/).at(-1);
}

function offsetOf(text) {
  if (!/^0x[0-9a-f]+$/i.test(text)) throw new Error(`${text} is no offset.`);
  return Number(text);
}

function readPart(folder, file) {
  const inside = normalize(file);
  if (isAbsolute(inside) || inside.split(sep)[0] === '..') throw new Error(`${file} is not in the build.`);
  return readFileSync(join(folder, inside));
}

function descriptorOf(bytes) {
  if (bytes.length < descriptorAt + 256 || bytes.readUInt32LE(descriptorAt) !== descriptorMagic)
    return undefined;
  const text = (at) => {
    const field = bytes.subarray(descriptorAt + at, descriptorAt + at + textBytes);
    const end = field.indexOf(0);
    return field.subarray(0, end === -1 ? textBytes : end).toString('utf8');
  };
  return { version: text(versionAt), project: text(projectAt) };
}

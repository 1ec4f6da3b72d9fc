import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readComposeFile, type ComposeProject } from '../../src/main/stack/docker/compose/index.ts';
import { loadImages, saveImages } from '../../src/main/stack/docker/image-archive.ts';
import { ensureImages } from '../../src/main/stack/docker/project/ensure-images.ts';
import type { UpProgress } from '../../src/main/stack/docker/project/index.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { hasEngine, localEngine } from '../support/container-engine.ts';
import { SmallRegistry } from '../support/small-registry.ts';

const never = new AbortController().signal;
const layerBytes = 6_000_000;

describe.skipIf(!hasEngine)('images of the stack', () => {
  let engine: DockerEngine;
  let registry: SmallRegistry;
  let image: string;

  beforeAll(async () => {
    engine = await localEngine();
    registry = await SmallRegistry.start(3, layerBytes);
  }, 120_000);
  afterEach(() => engine.removeImage(image).catch(() => undefined));
  afterAll(async () => {
    await registry.stop();
    await engine.close();
  }, 60_000);

  const project = (): ComposeProject => {
    image = registry.reference(`sample/${randomBytes(4).toString('hex')}:1`);
    return {
      name: 'images',
      file: readComposeFile(`services:\n  one:\n    image: ${image}\n`, {}),
      folder: '/stack',
      version: '0.1.0',
    };
  };
  const pull = async (of: ComposeProject, signal = never): Promise<readonly UpProgress[]> => {
    const told: UpProgress[] = [];
    await ensureImages(engine, of, new Map(), (report) => told.push(report), signal);
    return told;
  };

  test('what is missing is pulled, told layer by layer and in all; what is there is not asked for', async () => {
    const of = project();
    const told = await pull(of);
    expect(await engine.inspectImage(image)).toBeDefined();
    const last = told.at(-1);
    expect(last?.layers).toHaveLength(3);
    const totals = told.flatMap(({ bytes }) => bytes ?? []);
    expect(totals.at(-1)?.total).toBeGreaterThan(3 * layerBytes);
    const fractions = totals.map(({ current, total }) => current / total);
    expect(Math.max(...fractions)).toBeLessThanOrEqual(1);
    expect(totals.every(({ current }, index) => current >= (totals[index - 1]?.current ?? 0))).toBe(true);
    // Nothing answers any more under that name, and nothing needs to.
    registry.layersLost = true;
    try {
      expect((await pull(of)).map(({ step }) => step)).toEqual(['images']);
    } finally {
      registry.layersLost = false;
    }
  }, 60_000);

  test('a registry that fails in the middle is told with the image, and the next try goes on', async () => {
    const of = project();
    registry.layersLost = true;
    try {
      await expect(pull(of)).rejects.toMatchObject({ code: 'docker.image-unavailable', data: { image } });
    } finally {
      registry.layersLost = false;
    }
    expect(await engine.inspectImage(image)).toBeUndefined();
    await pull(of);
    expect(await engine.inspectImage(image)).toBeDefined();
  }, 120_000);

  test('saved to one archive and loaded from it; a damaged one is refused, and no half file stays', async () => {
    const of = project();
    await pull(of);
    const folder = await mkdtemp(join(tmpdir(), 'datayoti-images-'));
    const path = join(folder, 'images.tar');
    const bytes = await saveImages(engine, of, path, () => undefined, never);
    expect(bytes).toBeGreaterThan(3 * layerBytes);
    await engine.removeImage(image);
    expect(await loadImages(engine, path, () => undefined, never)).toEqual([image]);
    expect(await engine.inspectImage(image)).toBeDefined();

    await engine.removeImage(image);
    await truncate(path, bytes >> 1);
    await expect(loadImages(engine, path, () => undefined, never)).rejects.toMatchObject({
      code: 'engine.archive-damaged',
    });
    await writeFile(path, 'no archive');
    await expect(loadImages(engine, path, () => undefined, never)).rejects.toMatchObject({
      code: 'engine.archive-damaged',
    });
    await expect(loadImages(engine, join(folder, 'none.tar'), () => undefined, never)).rejects.toMatchObject({
      code: 'file.unreadable',
    });
    await expect(
      saveImages(engine, of, join(folder, 'second.tar'), () => undefined, never),
    ).rejects.toMatchObject({
      code: 'engine.image-missing',
    });
    await expect(
      saveImages(engine, of, join(folder, 'no', 'such', 'folder.tar'), () => undefined, never),
    ).rejects.toMatchObject({ code: 'engine.image-missing' });
    expect(await readdir(folder)).toEqual(['images.tar']);
  }, 120_000);
});

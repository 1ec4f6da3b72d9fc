import type { Readable } from 'node:stream';
import type { ImageInspectInfo } from 'dockerode';
import { AppError, isAppError } from '../../../../shared/domain/app-error.ts';
import { tarOf, type TarFile } from './tar-archive.ts';
import type { DockerEngine, ImageProgress } from './docker-engine.ts';
import { isMissing, namePath, type Ask, type EngineRequests } from './engine-requests.ts';
import { engineMessages, failureOf, progressOf, type EngineMessage } from './image-progress.ts';
import { StallWatch } from './stall-watch.ts';

/** Nothing may come for so long: a registry that is slow to answer, a layer that is unpacked onto an SD card. */
const pullStallMs = 3 * 60_000;
const loadStallMs = 10 * 60_000;
/** A step of a build may compile for long without a word. */
const buildStallMs = 20 * 60_000;
/** Engines lay the whole archive on their disk before the first byte comes. */
const saveStartMs = 30 * 60_000;

/** The image calls of an engine. */
export class EngineImages {
  readonly #requests: EngineRequests;

  constructor(requests: EngineRequests) {
    this.#requests = requests;
  }

  inspect(reference: string): Promise<ImageInspectInfo | undefined> {
    return this.#requests.found({ method: 'GET', path: `/images/${namePath(reference)}/json` });
  }

  async pull(reference: string, tell: (progress: ImageProgress) => void, signal: AbortSignal): Promise<void> {
    const { name, tag } = nameAndTag(reference);
    const query = { fromImage: name, tag };
    await this.#follow({ method: 'POST', path: '/images/create', query }, pullStallMs, signal, (message) => {
      const progress = progressOf(message);
      if (progress !== undefined) tell(progress);
    });
    // An engine that stops at the wrong moment ends the answer as if all were done.
    if ((await this.inspect(reference)) === undefined)
      throw this.#requests.refusal({ status: 404, text: `No such image: ${reference}` });
  }

  save(references: readonly string[], signal: AbortSignal): Promise<Readable> {
    const query = { names: references };
    return this.#requests.stream({
      method: 'GET',
      path: '/images/get',
      query,
      timeoutMs: saveStartMs,
      signal,
    });
  }

  async load(
    archive: Readable,
    tell: (progress: ImageProgress) => void,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const loaded: string[] = [];
    let unreadable: Error | undefined;
    archive.once('error', (error) => {
      unreadable = error;
    });
    const ask: Ask = { method: 'POST', path: '/images/load', query: { quiet: false }, file: archive };
    try {
      await this.#follow(ask, loadStallMs, signal, (message) => {
        const reference = /^Loaded image(?: ID)?: (\S+)/u.exec(message.stream ?? '')?.[1];
        if (reference !== undefined) loaded.push(...reference.split(','));
        const progress = progressOf(message);
        if (progress !== undefined) tell(progress);
      });
    } catch (error) {
      if (unreadable !== undefined)
        throw new AppError('file.unreadable', 'The archive cannot be read to its end.', {}, unreadable);
      if (isAppError(error, 'engine.refused') || isAppError(error, 'engine.image-missing'))
        throw archiveDamaged(error.data['text'] ?? '', error);
      throw error;
    } finally {
      archive.destroy();
    }
    if (loaded.length === 0) throw archiveDamaged('no image is in it');
    return loaded;
  }

  async build(
    files: readonly TarFile[],
    options: Parameters<DockerEngine['buildImage']>[1],
    tell: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const query = {
      t: options.reference,
      rm: true,
      forcerm: true,
      buildargs: JSON.stringify(options.buildArgs ?? {}),
      labels: JSON.stringify(options.labels ?? {}),
    };
    const ask: Ask = { method: 'POST', path: '/build', query, file: await tarOf(files) };
    const build = (): Promise<void> =>
      this.#follow(ask, buildStallMs, signal, ({ stream, status }) => {
        for (const line of (stream ?? status ?? '').split('\n')) if (line.trim() !== '') tell(line.trimEnd());
      });
    try {
      await build().catch((error: unknown) => {
        // What the engine has in its cache it may answer before it took the whole archive, and close the connection:
        // the answer is lost with the last bytes. To build again does no harm, and takes no time then.
        if (signal.aborted || !wasClosedOnUs(error)) throw error;
        return build();
      });
    } catch (error) {
      if (!isAppError(error, 'engine.refused')) throw error;
      const { reference } = options;
      const words = `The image ${reference} could not be built: ${error.data['text']}`;
      throw new AppError('engine.build-failed', words, { ...error.data, reference }, error);
    }
    if ((await this.inspect(options.reference)) === undefined)
      throw this.#requests.refusal({ status: 404, text: `No such image: ${options.reference}` });
  }

  async tag(reference: string, as: string): Promise<void> {
    const { name, tag } = nameAndTag(as);
    await this.#requests.json({
      method: 'POST',
      path: `/images/${namePath(reference)}/tag`,
      query: { repo: name, tag },
    });
  }

  async remove(reference: string): Promise<void> {
    try {
      await this.#requests.json({ method: 'DELETE', path: `/images/${namePath(reference)}` });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** Reads what is told until the end; a failure told on the way is one. */
  async #follow(
    ask: Ask,
    stallMs: number,
    signal: AbortSignal,
    onMessage: (message: EngineMessage) => void,
  ): Promise<void> {
    const watch = new StallWatch(stallMs, signal);
    const file = ask.file;
    if (file !== undefined && 'on' in file) file.on('data', watch.touch).pause();
    try {
      const answer = await this.#requests.stream({ ...ask, signal: watch.signal, timeoutMs: null });
      for await (const message of engineMessages(answer, watch.touch)) {
        const text = failureOf(message);
        if (text !== undefined) throw this.#requests.refusal({ status: 0, text });
        onMessage(message);
      }
      // An ended stream is no proof that it was not us who ended it.
      if (watch.signal.aborted) throw this.#requests.failure(undefined, watch.signal);
    } catch (error) {
      throw this.#requests.failure(error, watch.signal);
    } finally {
      watch.end();
    }
  }
}

function wasClosedOnUs(error: unknown): boolean {
  if (!isAppError(error, 'engine.unreachable')) return false;
  return error.data['reason'] === 'EPIPE' || error.data['reason'] === 'ECONNRESET';
}

function archiveDamaged(text: string | number | boolean, cause?: unknown): AppError {
  return new AppError(
    'engine.archive-damaged',
    `The archive of images cannot be loaded: ${text}`,
    { text },
    cause,
  );
}

/** `registry:5000/name:tag` and `name@sha256:...` in two; without a tag it is `latest`, as Docker has it. */
function nameAndTag(reference: string): { readonly name: string; readonly tag: string } {
  const digest = reference.indexOf('@');
  if (digest >= 0) return { name: reference.slice(0, digest), tag: reference.slice(digest + 1) };
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1);
  if (colon < 0) return { name: reference, tag: 'latest' };
  return { name: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}

import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

interface StoredBlob {
  readonly type: string;
  readonly content: Buffer;
}

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';
const configType = 'application/vnd.docker.container.image.v1+json';
const layerType = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** An image as a registry has it: layers as tar archives, and what a container of it runs. */
export interface RegistryImage {
  readonly layers: readonly Buffer[];
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * As much of a registry (Docker Registry HTTP API V2) as a pull needs. An engine takes an address below 127.0.0.0/8
 * without TLS. Names that nothing was published under stand for one image of a few layers of random bytes.
 */
export class SmallRegistry {
  readonly #server: Server;
  readonly #blobs = new Map<string, StoredBlob>();
  readonly #manifests = new Map<string, Buffer>();
  /** Answers for the image's manifest, but has lost its layers. */
  layersLost = false;
  /** Called when the first half of a layer was sent; the rest goes on when it resolves. */
  halfWay: (() => Promise<void>) | undefined;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    const found = this.#found(url);
    if (found === undefined || (this.layersLost && found.type === layerType)) {
      response.writeHead(url === '/v2/' ? 200 : 404).end('{}');
      return;
    }
    // Engines go on where a transfer broke off.
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const size = found.content.length;
    const content = found.content.subarray(from);
    response.writeHead(from === 0 ? 200 : 206, {
      'content-type': found.type,
      'content-length': content.length,
      'docker-content-digest': digest(found.content),
      ...(from === 0 ? {} : { 'content-range': `bytes ${from}-${size - 1}/${size}` }),
    });
    const half = content.length >> 1;
    if (this.halfWay === undefined || found.type !== layerType) {
      response.end(request.method === 'HEAD' ? undefined : content);
      return;
    }
    response.write(content.subarray(0, half));
    await this.halfWay();
    response.end(content.subarray(half));
  }

  #found(url: string): StoredBlob | undefined {
    const [, name, tag] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url) ?? [];
    if (name === undefined) return this.#blobs.get(/\/blobs\/(sha256:[0-9a-f]{64})$/.exec(url)?.[1] ?? '');
    const manifest = this.#manifests.get(`${name}:${tag}`) ?? this.#manifests.get('');
    return this.#blobs.get(tag ?? '') ?? (manifest && { type: manifestType, content: manifest });
  }

  static async start(layers: number, bytesPerLayer: number): Promise<SmallRegistry> {
    const registry = new SmallRegistry();
    const tars: Buffer[] = [];
    for (let index = 0; index < layers; index++)
      tars.push(await tarOf([{ name: `layer-${index}`, content: randomBytes(bytesPerLayer) }]));
    registry.publish('', { layers: tars, config: { Cmd: ['/layer-0'] } });
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  /** @param name `datayoti/sample:1`; what it stood for before is replaced */
  publish(name: string, image: RegistryImage): void {
    const made = image.layers.map((tar) => ({ diff: digest(tar), zipped: gzipSync(tar, { level: 0 }) }));
    const config = Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        config: image.config,
        rootfs: { type: 'layers', diff_ids: made.map(({ diff }) => diff) },
      }),
    );
    for (const { zipped } of made) this.#blobs.set(digest(zipped), { type: layerType, content: zipped });
    this.#blobs.set(digest(config), { type: configType, content: config });
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestType,
        config: { mediaType: configType, size: config.length, digest: digest(config) },
        layers: made.map(({ zipped }) => ({
          mediaType: layerType,
          size: zipped.length,
          digest: digest(zipped),
        })),
      }),
    );
    this.#blobs.set(digest(manifest), { type: manifestType, content: manifest });
    this.#manifests.set(name, manifest);
  }

  /** @param name `datayoti/sample:1` */
  reference(name: string): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}/${name}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function digest(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

export interface LayerFile {
  readonly name: string;
  /** Of a link the name that it leads to. */
  readonly content: Buffer | string;
  readonly kind?: 'file' | 'program' | 'link';
}

export async function tarOf(files: readonly LayerFile[]): Promise<Buffer> {
  const tar = pack();
  for (const { name, content, kind = 'file' } of files)
    if (kind === 'link') tar.entry({ name, type: 'symlink', linkname: content.toString() });
    else tar.entry({ name, mode: kind === 'program' ? 0o755 : 0o644 }, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

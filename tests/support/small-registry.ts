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

/**
 * As much of a registry (Docker Registry HTTP API V2) as a pull needs, with one image of a few layers of random bytes.
 * An engine takes an address below 127.0.0.0/8 without TLS.
 */
export class SmallRegistry {
  readonly #server: Server;
  readonly #blobs = new Map<string, StoredBlob>();
  readonly #manifest: Buffer;
  /** Answers for the image's manifest, but has lost its layers. */
  layersLost = false;
  /** Of each layer it sends this much and the rest after `release`. */
  holdAfterBytes = Number.POSITIVE_INFINITY;
  readonly #held: (() => void)[] = [];

  private constructor(manifest: Buffer, blobs: ReadonlyMap<string, StoredBlob>) {
    this.#manifest = manifest;
    this.#blobs = new Map(blobs);
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '';
    const blob = /\/blobs\/(sha256:[0-9a-f]{64})$/.exec(url)?.[1];
    const found = url.includes('/manifests/')
      ? { type: manifestType, content: this.#manifest }
      : this.#blobs.get(blob ?? '');
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
    if (request.method === 'HEAD') response.end();
    else if (found.type !== layerType || content.length <= this.holdAfterBytes) response.end(content);
    else {
      response.write(content.subarray(0, this.holdAfterBytes));
      this.#held.push(() => response.end(content.subarray(this.holdAfterBytes)));
    }
  }

  /** Sends what it held back. */
  release(): void {
    const held = this.#held.splice(0);
    held.forEach((go) => go());
    this.holdAfterBytes = Number.POSITIVE_INFINITY;
  }

  static async start(layers: number, bytesPerLayer: number): Promise<SmallRegistry> {
    const blobs = new Map<string, StoredBlob>();
    const made: { readonly diff: string; readonly zipped: Buffer }[] = [];
    for (let index = 0; index < layers; index++) {
      const tar = await tarOf(`layer-${index}`, randomBytes(bytesPerLayer));
      made.push({ diff: digest(tar), zipped: gzipSync(tar, { level: 0 }) });
    }
    const config = Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        config: { Cmd: ['/layer-0'] },
        rootfs: { type: 'layers', diff_ids: made.map(({ diff }) => diff) },
      }),
    );
    for (const { zipped } of made) blobs.set(digest(zipped), { type: layerType, content: zipped });
    blobs.set(digest(config), { type: configType, content: config });
    const manifest = {
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: configType, size: config.length, digest: digest(config) },
      layers: made.map(({ zipped }) => ({
        mediaType: layerType,
        size: zipped.length,
        digest: digest(zipped),
      })),
    };
    const registry = new SmallRegistry(Buffer.from(JSON.stringify(manifest)), blobs);
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
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

async function tarOf(name: string, content: Buffer): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name }, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

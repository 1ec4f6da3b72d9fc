import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { ZipFile } from 'yazl';

export interface FakeDownloads {
  /** What `ELECTRON_MIRROR` would be. */
  readonly mirror: string;
  readonly archive: Buffer;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** A download server on loopback that answers as it is told, for an archive with one program in it. */
export async function startFakeDownloads(
  program: string,
  answer: (response: ServerResponse, archive: Buffer) => void,
): Promise<FakeDownloads> {
  const archive = await zipOf(program);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(response, archive);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    mirror: `http://127.0.0.1:${address.port}/`,
    archive,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The package as npm lays it out, without its runtime: version and the checksum that the archive must have. */
export function makeElectronFolder(folder: string, archive: Buffer): string {
  const version = '9.9.9';
  const name = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }));
  const checksum = createHash('sha256').update(archive).digest('hex');
  writeFileSync(join(folder, 'checksums.json'), JSON.stringify({ [name]: checksum }));
  return folder;
}

async function zipOf(program: string): Promise<Buffer> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(program), 'electron', { mode: 0o100755 });
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts);
}

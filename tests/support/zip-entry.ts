import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import yauzl from 'yauzl';

/** The bytes of one file of an archive. */
export async function entryOf(file: string, path: string): Promise<Buffer> {
  const zip = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(file, {
    lazyEntries: true,
    autoClose: false,
  });
  try {
    for (;;) {
      const next = once(zip, 'entry', { signal: AbortSignal.timeout(10_000) });
      zip.readEntry();
      const [entry] = (await next) as [yauzl.Entry];
      if (entry.fileName !== path) continue;
      const stream = await promisify((of: yauzl.Entry, done: (error: Error | null, from: Readable) => void) =>
        zip.openReadStream(of, done),
      )(entry);
      return await buffer(stream);
    }
  } finally {
    zip.close();
  }
}

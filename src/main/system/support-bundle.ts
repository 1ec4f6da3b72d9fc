import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZipFile } from 'yazl';
import { hideSecrets, redact } from '../foundation/redact.ts';

/** Further parts of the bundle by file name; each is asked when it is made, and one that fails says so inside. */
export type BundleParts = Readonly<Record<string, () => unknown>>;

const logFileBytes = 5_000_000;

/** One zip for support: logs (written without secrets, and searched once more), and each part as JSON with secrets taken out. */
export async function makeSupportBundle(logFolder: string, parts: BundleParts): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, ask] of Object.entries(parts)) {
    zip.addBuffer(
      Buffer.from(`${JSON.stringify(redact(await answer(ask)), undefined, 2)}\n`),
      `${name}.json`,
    );
  }
  for (const name of (await readdir(logFolder).catch(() => [])).filter((file) =>
    /^datayoti\.log(\.\d+)?$/.test(file),
  )) {
    const content = (await readFile(join(logFolder, name))).subarray(-logFileBytes).toString('utf8');
    zip.addBuffer(Buffer.from(hideSecrets(content)), `logs/${name}`);
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

async function answer(ask: () => unknown): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    return { notAvailable: error instanceof Error ? error.message : String(error) };
  }
}

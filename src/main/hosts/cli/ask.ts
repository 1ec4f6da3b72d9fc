import { createInterface } from 'node:readline';

/**
 * Asks on standard error. Whatever is not a yes is a no, also the end of the input.
 *
 * @param yes what counts as one, in lower case
 */
export async function agreed(question: string, yes: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin });
  process.stderr.write(question);
  try {
    for await (const line of lines) return line.trim().toLowerCase() === yes;
    return false;
  } finally {
    lines.close();
    process.stdin.unref();
  }
}

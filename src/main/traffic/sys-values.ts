import { cutText } from './payload-preview.ts';

const valuesAtMost = 200;
const characters = 200;

/** What a broker says of itself below `$SYS`, the last of each topic. */
export class SysValues {
  readonly #values = new Map<string, string>();

  set(topic: string, payload: Buffer): void {
    if (this.#values.size >= valuesAtMost && !this.#values.has(topic)) return;
    this.#values.set(
      cutText(topic, characters),
      cutText(payload.subarray(0, 4 * characters).toString('utf8'), characters),
    );
  }

  clear(): void {
    this.#values.clear();
  }

  list(): readonly { readonly topic: string; readonly value: string }[] {
    return [...this.#values]
      .map(([topic, value]) => ({ topic, value }))
      .sort((a, b) => (a.topic < b.topic ? -1 : 1));
  }
}

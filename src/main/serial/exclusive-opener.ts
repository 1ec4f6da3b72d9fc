import { AppError } from '../../shared/domain/app-error.ts';
import type { LineOpener, SerialLine } from './serial-line.ts';

/**
 * One owner at a time within the application. A device is locked by the system too; a socket to a serial server is
 * not, and two tasks that talk to one board at once would ruin it.
 */
export class ExclusiveOpener implements LineOpener {
  readonly #opener: LineOpener;
  readonly #held = new Set<string>();

  constructor(opener: LineOpener) {
    this.#opener = opener;
  }

  isHeld(address: string): boolean {
    return this.#held.has(address);
  }

  /** @throws AppError `provisioning.board-busy`, and what the opener inside throws */
  async open(
    address: string,
    options: { readonly baudRate: number },
    signal: AbortSignal,
  ): Promise<SerialLine> {
    if (this.#held.has(address))
      throw new AppError('provisioning.board-busy', `Another task works on ${address}.`, { address });
    this.#held.add(address);
    try {
      const line = await this.#opener.open(address, options, signal);
      line.onClosed(() => this.#held.delete(address));
      return line;
    } catch (error) {
      this.#held.delete(address);
      throw error;
    }
  }
}

import type { FaultReason, ImportFault, ImportFaults } from '../../shared/contract/readings-import.ts';
import { faultsListed, faultTextChars } from './limits.ts';

/** The first faults with their lines, the rest counted by reason. */
export class FaultList {
  readonly #first: ImportFault[] = [];
  readonly #byReason = new Map<FaultReason, number>();
  #total = 0;

  add(line: number, reason: FaultReason, text: string): void {
    this.#total++;
    this.#byReason.set(reason, (this.#byReason.get(reason) ?? 0) + 1);
    if (this.#first.length < faultsListed)
      this.#first.push({ line, reason, text: printable(text).slice(0, faultTextChars) });
  }

  get total(): number {
    return this.#total;
  }

  facts(): ImportFaults {
    return { total: this.#total, byReason: Object.fromEntries(this.#byReason), first: [...this.#first] };
  }
}

/** What stands in a file may hold anything; a screen and a terminal get no control characters of it. */
function printable(text: string): string {
  return text.slice(0, faultTextChars * 2).replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '·');
}

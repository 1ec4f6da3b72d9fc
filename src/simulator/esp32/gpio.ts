/** Output levels and enables of the first 32 pins, as far as register writes can blink an LED. */
export class Gpio {
  readonly #base: number;
  readonly #listeners = new Set<(pin: number, level: boolean) => void>();
  #levels = 0;
  #enabled = 0;

  constructor(base: number) {
    this.#base = base;
  }

  /** Told when a pin that drives its line changes its level. */
  onLevel(listener: (pin: number, level: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  level(pin: number): boolean {
    return ((this.#levels & this.#enabled) >>> pin) % 2 === 1;
  }

  read(address: number): number | undefined {
    const offset = address - this.#base;
    if (offset === 0x04) return this.#levels;
    return offset === 0x20 ? this.#enabled : undefined;
  }

  /** OUT, OUT_W1TS, OUT_W1TC and the same three for ENABLE; false for every other address. */
  write(address: number, value: number): boolean {
    switch (address - this.#base) {
      case 0x04:
        return this.#set(value, this.#enabled);
      case 0x08:
        return this.#set(this.#levels | value, this.#enabled);
      case 0x0c:
        return this.#set(this.#levels & ~value, this.#enabled);
      case 0x20:
        return this.#set(this.#levels, value);
      case 0x24:
        return this.#set(this.#levels, this.#enabled | value);
      case 0x28:
        return this.#set(this.#levels, this.#enabled & ~value);
      default:
        return false;
    }
  }

  #set(levels: number, enabled: number): true {
    const changed = (this.#levels & this.#enabled) ^ (levels & enabled);
    this.#levels = levels >>> 0;
    this.#enabled = enabled >>> 0;
    for (let pin = 0; pin < 32; pin++) {
      if ((changed >>> pin) % 2 === 1) for (const listener of this.#listeners) listener(pin, this.level(pin));
    }
    return true;
  }
}

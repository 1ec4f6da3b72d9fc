/** Texts by small numbers, each kept as long as somebody uses it. Numbers of texts that are gone are given anew. */
export class NameTable {
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #uses: number[] = [];
  readonly #free: number[] = [];
  #characters = 0;

  get size(): number {
    return this.#ids.size;
  }

  /** Of all texts together. */
  get characters(): number {
    return this.#characters;
  }

  /** Above every number that is given. */
  get limit(): number {
    return this.#names.length;
  }

  /** The text's number, used once more. */
  use(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) {
      this.#uses[known] = (this.#uses[known] ?? 0) + 1;
      return known;
    }
    const id = this.#free.pop() ?? this.#names.length;
    this.#ids.set(name, id);
    this.#names[id] = name;
    this.#uses[id] = 1;
    this.#characters += name.length;
    return id;
  }

  /** Used once less; `true` where that was the last use and the text is forgotten. */
  leave(id: number): boolean {
    const uses = (this.#uses[id] ?? 0) - 1;
    this.#uses[id] = uses;
    if (uses > 0) return false;
    const name = this.nameOf(id);
    this.#ids.delete(name);
    this.#names[id] = '';
    this.#free.push(id);
    this.#characters -= name.length;
    return true;
  }

  idOf(name: string): number | undefined {
    return this.#ids.get(name);
  }

  nameOf(id: number): string {
    return this.#names[id] ?? '';
  }
}

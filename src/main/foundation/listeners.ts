/** Functions to call on a change; one that throws does not keep the others from hearing it. */
export class Listeners<T> {
  readonly #functions = new Set<(value: T) => void>();

  add(listener: (value: T) => void): () => void {
    this.#functions.add(listener);
    return () => {
      this.#functions.delete(listener);
    };
  }

  tell(value: T): void {
    for (const listener of this.#functions) {
      try {
        listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

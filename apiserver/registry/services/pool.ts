/** Numbers of a range, each given to one owner at a time. A number belongs to nobody, or to the object with that uid. */

export class Pool {
  readonly #owners = new Map<number, string>();

  /**
   * From `first`, `size` numbers. The first `kept` are given only to those who ask for them by name, as long as there
   * are others: so a manifest with a number of its own seldom meets one that was drawn.
   */
  constructor(
    readonly first: number,
    readonly size: number,
    private readonly kept: number,
  ) {}

  contains(number: number): boolean {
    return number >= this.first && number < this.first + this.size;
  }

  ownerOf(number: number): string | undefined {
    return this.#owners.get(number);
  }

  /** False when another has it. Taking what one has already is no harm. */
  take(number: number, owner: string): boolean {
    const current = this.#owners.get(number);
    if (current !== undefined) return current === owner;
    this.#owners.set(number, owner);
    return true;
  }

  /** Any free number, found from a random place on; undefined when all are taken. `random` in [0, 1). */
  draw(owner: string, random: number): number | undefined {
    const rest = this.size - this.kept;
    const start = Math.floor(random * rest);
    for (let i = 0; i < rest; i++) {
      const number = this.first + this.kept + ((start + i) % rest);
      if (this.#owners.has(number)) continue;
      this.#owners.set(number, owner);
      return number;
    }
    for (let number = this.first; number < this.first + this.kept; number++) {
      if (this.#owners.has(number)) continue;
      this.#owners.set(number, owner);
      return number;
    }
    return undefined;
  }

  /** Does nothing when somebody else has it. */
  release(number: number, owner: string): void {
    if (this.#owners.get(number) === owner) this.#owners.delete(number);
  }
}

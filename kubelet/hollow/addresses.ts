/** Addresses of hollow nodes and pods, from the range that carriers use among themselves (100.64.0.0/10): nobody answers there. Pure. */

/** A /24 for each node. */
export const mostNodes = 2 ** 14;
const podsPerNode = 253;

const blockOf = (node: number): string => `100.${64 + Math.floor(node / 256)}.${node % 256}`;

export const nodeAddress = (node: number): string => `${blockOf(node)}.1`;

/** Which pods of a node have which of its addresses; the last given away is given again last. */
export class PodAddresses {
  readonly #taken = new Map<string, number>();
  readonly #used = new Set<number>();
  #next = 0;

  constructor(private readonly node: number) {}

  /** The one that it has, or the next that is free. A node with more pods than addresses gives the same to several. */
  of(uid: string, known?: string): string {
    const last = Number(known?.startsWith(`${blockOf(this.node)}.`) ? known.split('.')[3] : Number.NaN);
    const taken = this.#taken.get(uid) ?? (Number.isInteger(last) ? last : this.#free());
    this.#taken.set(uid, taken);
    this.#used.add(taken);
    return `${blockOf(this.node)}.${taken}`;
  }

  release(uid: string): void {
    const taken = this.#taken.get(uid);
    if (taken === undefined) return;
    this.#taken.delete(uid);
    this.#used.delete(taken);
  }

  #free(): number {
    for (let tries = 0; tries < podsPerNode; tries++) {
      const address = 2 + (this.#next++ % podsPerNode);
      if (!this.#used.has(address)) return address;
    }
    return 2;
  }
}

/** How much of a core something uses, from two looks at what it has used in all. */

interface Look {
  at: number;
  nanoseconds: number;
}

/** Looks that are closer together say little; an older one is kept to compare with. */
const leastApartMs = 5_000;
/** What was not looked at for so long is gone. */
const forgottenMs = 10 * 60_000;

export class CpuRates {
  readonly #looks = new Map<string, { base: Look; last: Look; nanoCores?: number }>();

  /** Billionths of a core between this look and an earlier one; undefined at the first. `used` never shrinks, but for a restart. */
  nanoCores(of: string, used: number, at: number): number | undefined {
    const look = { at, nanoseconds: used };
    const known = this.#looks.get(of);
    // A restart, or a clock that was set back.
    if (!known || used < known.last.nanoseconds || at < known.last.at) {
      this.#looks.set(of, { base: look, last: look });
      return undefined;
    }
    const base = known.last.at - known.base.at >= leastApartMs ? known.last : known.base;
    const span = at - base.at;
    const nanoCores = span > 0 ? Math.round(((used - base.nanoseconds) / span) * 1000) : known.nanoCores;
    this.#looks.set(of, { base, last: look, ...(nanoCores === undefined ? {} : { nanoCores }) });
    return nanoCores;
  }

  /** Called now and then: forgets what has ended. */
  forget(now: number): void {
    for (const [key, { last }] of this.#looks) if (now - last.at > forgottenMs) this.#looks.delete(key);
  }
}

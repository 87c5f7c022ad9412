/**
 * Levels that need few of their seats lend some to those that need more, as much as either is configured to. Pure: what
 * each level may have now is found anew every ten seconds from what was asked for (Kubernetes' KEP-1040).
 */

/** A level's bounds, in seats, and what it wants. */
export interface Claim {
  /** Its own share of the server. */
  nominal: number;
  /** What it never lends. */
  least: number;
  /** What it has when it has borrowed all it may. */
  most: number;
  /** The most that was asked for at a time in the last period. */
  high: number;
  /** What it is reckoned to want. */
  wanted: number;
}

export interface Shares {
  /** For each claim, in order. */
  seats: number[];
  /** Every level has this part of what it wants, its bounds permitting. */
  fraction: number;
}

export function share(claims: readonly Claim[], serverSeats: number): Shares {
  // What a level has used of its own it keeps, if all can.
  const used = claims.map(({ nominal, least, high }) => Math.max(least, Math.min(nominal, high)));
  const fits = used.reduce((sum, seats) => sum + seats, 0) <= serverSeats;
  const bounded = claims.map((claim, i) => ({
    lower: fits ? (used[i] as number) : claim.least,
    upper: Math.max(claim.most, claim.least),
    target: Math.max(used[i] as number, claim.wanted),
  }));
  const fraction = fairFraction(bounded, serverSeats);
  return { seats: bounded.map(each => Math.max(1, Math.round(within(each, fraction)))), fraction };
}

interface Bounded {
  lower: number;
  upper: number;
  target: number;
}

const within = ({ lower, upper, target }: Bounded, fraction: number): number =>
  Math.min(upper, Math.max(lower, target * fraction));

/** The fraction at which all together have as many as there are; the sum grows with it, and is linear between bounds. */
function fairFraction(claims: readonly Bounded[], seats: number): number {
  const at = (fraction: number): number => claims.reduce((sum, claim) => sum + within(claim, fraction), 0);
  const bends = claims
    .filter(({ target }) => target > 0)
    .flatMap(({ lower, upper, target }) => [lower / target, upper / target])
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  let [from, to] = [0, bends.at(-1) ?? 1];
  for (const bend of bends) {
    if (at(bend) <= seats) from = bend;
    else {
      to = bend;
      break;
    }
  }
  const [low, high] = [at(from), at(to)];
  // Where nobody takes what is left, more changes nothing.
  return high <= low ? from : from + (to - from) * Math.min(1, Math.max(0, (seats - low) / (high - low)));
}

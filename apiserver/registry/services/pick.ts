/**
 * Picks a number of a range that nobody has: from a random place on, and those at the start of the range last, as they
 * are kept for who asks for one by name. So a manifest with a number of its own seldom meets one that was picked.
 */
export function* candidates(size: number, kept: number, random: number): Generator<number> {
  const rest = size - kept;
  const start = Math.floor(random * rest);
  for (let i = 0; i < rest; i++) yield kept + ((start + i) % rest);
  for (let offset = 0; offset < kept; offset++) yield offset;
}

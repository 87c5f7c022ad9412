/** A bound that is a number or a percentage ('25%') of a whole; 0 when it is neither. */
export function share(value: number | string | undefined, of: number, round: (x: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value ?? '')?.[1];
  return percent === undefined ? 0 : round((Number(percent) * of) / 100);
}

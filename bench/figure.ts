/** A measured figure, and the line that tells it: median, spread, and what it stands beside. Pure. */
export interface Figure {
  what: string;
  unit: 's' | 'MB' | '/s';
  values: readonly number[];
  /** Kubernetes' own binaries on this kind of machine. */
  upstream?: number;
  goal?: number;
  /** A bare measure of the same run: the figure is told as a share of it. */
  beside?: readonly number[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

const told = (value: number, unit: Figure['unit']): string =>
  unit === 's' ? value.toFixed(2) : String(Math.round(value));

export function line({ what, unit, values, upstream, goal, beside }: Figure): string {
  if (values.length === 0) return `${what.padEnd(42)} not measured`;
  const spread = `${told(Math.min(...values), unit)}..${told(Math.max(...values), unit)}`;
  const notes = [
    `n=${values.length}`,
    ...(goal === undefined ? [] : [`goal ${goal}`]),
    ...(upstream === undefined ? [] : [`Kubernetes ${upstream}`]),
    ...(beside && beside.length > 0 ? [`${Math.round((100 * median(values)) / median(beside))} % of bare`] : []),
  ];
  return `${what.padEnd(42)} ${told(median(values), unit).padStart(7)} ${unit.padEnd(3)} (${spread}; ${notes.join(', ')})`;
}

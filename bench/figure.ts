/** A measured figure, and the line that tells it: median, spread, and what it stands beside. Pure. */
export interface Figure {
  what: string;
  unit: 's' | 'MB' | '/s' | '% of a core';
  values: readonly number[];
  /** Kubernetes' own binaries on this kind of machine. */
  upstream?: number | undefined;
  goal?: number | undefined;
  /** A bare measure of the same run: the figure is told as a share of it. */
  beside?: readonly number[] | undefined;
  /** That share, in percent, of the machine on which the goal was set. */
  goalShare?: number | undefined;
  /** The server's processor time for each, in microseconds: it says more than the rate where others use the machine too. */
  micros?: readonly number[] | undefined;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

const told = (value: number, unit: Figure['unit']): string =>
  unit === 's' ? value.toFixed(2) : value < 100 ? value.toFixed(1) : String(Math.round(value));

const processorTime = (micros: number, unit: Figure['unit']): string =>
  unit === 's' ? `${(micros / 1e6).toFixed(2)} s of CPU` : `${Math.round(micros)} us of CPU each`;

export function line({ what, unit, values, upstream, goal, beside, goalShare, micros }: Figure): string {
  if (values.length === 0) return `${what.padEnd(42)} not measured`;
  const spread = `${told(Math.min(...values), unit)}..${told(Math.max(...values), unit)}`;
  const share = beside && beside.length > 0 ? Math.round((100 * median(values)) / median(beside)) : undefined;
  const notes = [
    `n=${values.length}`,
    ...(goal === undefined ? [] : [`goal ${goal}`]),
    ...(upstream === undefined ? [] : [`Kubernetes ${upstream}`]),
    ...(share === undefined ? [] : [`${share} % of bare${goalShare === undefined ? '' : `, goal ${goalShare} %`}`]),
    ...(micros && micros.length > 0 ? [processorTime(median(micros), unit)] : []),
  ];
  return `${what.padEnd(42)} ${told(median(values), unit).padStart(7)} ${unit.padEnd(3)} (${spread}; ${notes.join(', ')})`;
}

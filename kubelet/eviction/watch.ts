/** What thresholds were crossed since when, from one look at the machine to the next. Pure. */
import {
  amountOf,
  byUrgency,
  type Crossed,
  type Observations,
  type Pressure,
  pressureOf,
  type Threshold,
  type Thresholds,
} from './thresholds.js';

export interface Watch {
  /** Thresholds that were crossed at the last look: since when. */
  since: ReadonlyMap<Threshold, number>;
  /** Those of them for which a pod had to go. */
  acted: ReadonlySet<Threshold>;
  /** When there was last too little. */
  pressedAt: ReadonlyMap<Pressure, number>;
}

export const firstWatch: Watch = { since: new Map(), acted: new Set(), pressedAt: new Map() };

export interface Judgement {
  watch: Watch;
  /** What a pod has to go for now, the most urgent first. */
  due: Crossed[];
}

export function judge(before: Watch, observations: Observations, thresholds: Thresholds, now: number): Judgement {
  const since = new Map<Threshold, number>();
  const pressedAt = new Map([...before.pressedAt].map(([pressure, at]) => [pressure, notAfter(now, at)]));
  const acted = new Set<Threshold>();
  const due: Crossed[] = [];
  for (const threshold of thresholds) {
    const crossed = crossing(threshold, observations, before.acted.has(threshold));
    if (!crossed) continue;
    const began = notAfter(now, before.since.get(threshold) ?? now);
    since.set(threshold, began);
    pressedAt.set(pressureOf(threshold.signal), now);
    if (now - began < (threshold.graceMs ?? 0)) continue;
    acted.add(threshold);
    due.push(crossed);
  }
  return { watch: { since, acted, pressedAt }, due: due.sort(byUrgency) };
}

/** What lies in the future was told by a clock that has been set back since. */
const notAfter = (now: number, time: number): number => Math.min(now, time);

function crossing(threshold: Threshold, observations: Observations, hasActed: boolean): Crossed | undefined {
  const { signal, least, reclaim, graceMs } = threshold;
  const { available, capacity } = observations[signal] ?? { available: 0, capacity: 0 };
  // Nothing is known of it, or it is a file system that counts no inodes.
  if (capacity <= 0) return undefined;
  const amount = amountOf(least, capacity);
  const more = hasActed && reclaim ? amountOf(reclaim, capacity) : 0;
  return available < amount + more
    ? { signal, available, threshold: amount, isSoft: graceMs !== undefined }
    : undefined;
}

/** A condition holds on for a while after its cause is gone: it must not come and go with every pod. */
export const pressures = ({ pressedAt }: Watch, now: number, transitionMs: number): Pressure[] =>
  [...pressedAt].flatMap(([pressure, at]) => (now - at < transitionMs ? [pressure] : []));

/** When the node runs short of something: what is left of it, and how little is too little. Pure, but for the memory of it. */

/** Kubernetes' eviction signals. */
export type Signal =
  | 'memory.available'
  | 'nodefs.available'
  | 'nodefs.inodesFree'
  | 'imagefs.available'
  | 'imagefs.inodesFree'
  | 'pid.available';

/** Bytes, or pieces. */
export interface Observation {
  available: number;
  capacity: number;
}

export type Observations = Partial<Record<Signal, Observation>>;

/** In bytes, or a part of the whole. */
export type Least = { bytes: number } | { part: number };

export type Thresholds = Partial<Record<Signal, Least>>;

/** Kubernetes' evictionHard; processes have none there, and a machine that has no more of them cannot even be helped. */
export const usualThresholds: Thresholds = {
  'memory.available': { bytes: 100 * 1024 * 1024 },
  'nodefs.available': { part: 0.1 },
  'nodefs.inodesFree': { part: 0.05 },
  'imagefs.available': { part: 0.15 },
  'imagefs.inodesFree': { part: 0.05 },
  'pid.available': { part: 0.05 },
};

export interface Crossed {
  signal: Signal;
  available: number;
  threshold: number;
}

/** What there is too little of: memory first, as it is gone fastest. */
export function crossed(observations: Observations, thresholds: Thresholds): Crossed[] {
  const all = (Object.entries(thresholds) as [Signal, Least][]).flatMap(([signal, least]) => {
    const { available, capacity } = observations[signal] ?? { available: 0, capacity: 0 };
    // Some file systems count no inodes.
    if (capacity <= 0) return [];
    const threshold = 'bytes' in least ? least.bytes : Math.floor(least.part * capacity);
    return available < threshold ? [{ signal, available, threshold }] : [];
  });
  return all.sort((a, b) => order.indexOf(a.signal) - order.indexOf(b.signal));
}

const order: Signal[] = [
  'memory.available',
  'pid.available',
  'nodefs.available',
  'nodefs.inodesFree',
  'imagefs.available',
  'imagefs.inodesFree',
];

export type Pressure = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';

export const pressureOf = (signal: Signal): Pressure =>
  signal === 'memory.available' ? 'MemoryPressure' : signal === 'pid.available' ? 'PIDPressure' : 'DiskPressure';

/** A condition holds on for a while after its cause is gone: it must not come and go with every pod. */
export class Pressures {
  readonly #seenAt = new Map<Pressure, number>();

  constructor(private readonly transitionMs: number) {}

  observe(now: number, all: readonly Crossed[]): void {
    for (const { signal } of all) this.#seenAt.set(pressureOf(signal), now);
  }

  current(now: number): Pressure[] {
    return [...this.#seenAt].flatMap(([pressure, at]) => (now - at < this.transitionMs ? [pressure] : []));
  }
}

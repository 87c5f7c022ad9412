/** When the node runs short of something: what is left of it, and how little is too little. Pure. */

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

/** In bytes or pieces, or a part of the whole. */
export type Least = { amount: number } | { part: number };

export interface Threshold {
  signal: Signal;
  least: Least;
  /** A soft one: it may be crossed for so long before a pod has to go. */
  graceMs?: number;
  /** Once a pod had to go, there has to be this much more before it is enough (evictionMinimumReclaim). */
  reclaim?: Least;
}

export type Thresholds = readonly Threshold[];

/** Kubernetes' evictionHard; processes have none there, and a machine that has no more of them cannot even be helped. */
export const usualThresholds: Thresholds = [
  { signal: 'memory.available', least: { amount: 100 * 1024 * 1024 } },
  { signal: 'nodefs.available', least: { part: 0.1 } },
  { signal: 'nodefs.inodesFree', least: { part: 0.05 } },
  { signal: 'imagefs.available', least: { part: 0.15 } },
  { signal: 'imagefs.inodesFree', least: { part: 0.05 } },
  { signal: 'pid.available', least: { part: 0.05 } },
];

/** Of a whole of that capacity. */
export const amountOf = (least: Least, capacity: number): number =>
  'amount' in least ? least.amount : Math.floor(least.part * capacity);

export interface Crossed {
  signal: Signal;
  available: number;
  /** What there should be at least. */
  threshold: number;
  isSoft: boolean;
}

/** Memory first, as it is gone fastest; what cannot wait before what can. */
export const byUrgency = (a: Crossed, b: Crossed): number =>
  order.indexOf(a.signal) - order.indexOf(b.signal) || Number(a.isSoft) - Number(b.isSoft);

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

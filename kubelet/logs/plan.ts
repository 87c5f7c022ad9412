/**
 * What the rotation of a container's log comes to. The files beside `0.log` are called `0.log.20260102-150405`, and
 * `.gz` once they are compressed: all but the newest are. Pure.
 */

export interface LogLimits {
  /** A log that is larger is rotated. */
  maxBytes: number;
  /** Of one container, the one that is written to included. */
  maxFiles: number;
}

/** Kubernetes' containerLogMaxSize and containerLogMaxFiles. */
export const usualLimits: LogLimits = { maxBytes: 10 * 1024 * 1024, maxFiles: 5 };

export interface RotationPlan {
  remove: string[];
  compress: string[];
  /** The new name of the file that is written to. */
  rotated: string;
}

export const compressed = (file: string): string => `${file}.gz`;
/** While it is being compressed. */
export const unfinished = (file: string): string => `${file}.tmp`;

/** Whether the file was split off from that log. */
export const isRotated = (file: string, log: string): boolean => file.startsWith(`${log}.`);

/** `files` are the names in the log's folder. */
export function rotationPlan(
  log: string,
  files: readonly string[],
  now: number,
  { maxFiles }: LogLimits,
): RotationPlan {
  const rotated = files.filter(file => isRotated(file, log));
  // A kubelet that died over it leaves half of a compressed file, or both.
  const isUseless = (file: string): boolean => file.endsWith('.tmp') || rotated.includes(compressed(file));
  const useful = rotated.filter(file => !isUseless(file)).sort();
  // The one that is written to now becomes one of them, and has a successor.
  const excess = useful.slice(0, Math.max(0, useful.length - (maxFiles - 2)));
  const kept = useful.filter(file => !excess.includes(file));
  return {
    remove: [...rotated.filter(isUseless), ...excess],
    compress: kept.filter(file => !file.endsWith('.gz')),
    rotated: `${log}.${timeName(now)}`,
  };
}

/** 20260102-150405 */
const timeName = (now: number): string =>
  new Date(now).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);

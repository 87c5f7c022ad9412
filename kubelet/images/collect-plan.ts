/** Which images have to go when the disk is filling up, by Kubernetes' thresholds. Pure. */

export interface CollectLimits {
  /** Images are removed when so much of the disk is used... */
  highPercent: number;
  /** ...until only so much is. */
  lowPercent: number;
  /** A younger image is kept: whoever pulled it has not had the time to use it. */
  leastAgeMs: number;
}

export const usualLimits: CollectLimits = { highPercent: 85, lowPercent: 80, leastAgeMs: 120_000 };

export interface Disk {
  capacityBytes: number;
  availableBytes: number;
}

export interface HeldImage {
  id: string;
  bytes: number;
  /** When this kubelet saw it first. */
  since: number;
  /** When a container last had it; 0 for never, as far as this kubelet knows. */
  usedAt: number;
}

/** 0 while there is enough. */
export function bytesToFree(
  { capacityBytes, availableBytes }: Disk,
  { highPercent, lowPercent }: CollectLimits,
): number {
  if (capacityBytes === 0) return 0;
  const usedPercent = 100 - Math.floor((availableBytes * 100) / capacityBytes);
  if (usedPercent < highPercent) return 0;
  return Math.max(0, Math.ceil((capacityBytes * (100 - lowPercent)) / 100) - availableBytes);
}

/** Those that nothing uses, the longest unused first, until they come to so many bytes. */
export function imagesToRemove(
  unused: readonly HeldImage[],
  bytes: number,
  now: number,
  { leastAgeMs }: CollectLimits,
): HeldImage[] {
  const candidates = unused
    // What was first seen in the future was seen before the clock was set back.
    .filter(image => Math.abs(now - image.since) >= leastAgeMs)
    .sort((a, b) => a.usedAt - b.usedAt || a.since - b.since);
  const chosen: HeldImage[] = [];
  for (let found = 0; found < bytes; ) {
    const next = candidates[chosen.length];
    if (!next) break;
    chosen.push(next);
    found += next.bytes;
  }
  return chosen;
}

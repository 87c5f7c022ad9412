/** What to do about an image before a container is made from it, by its pull policy. Pure. */
import { isLocalImage } from './local.js';

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

export type ImageVerdict = 'use' | 'pull' | 'never';

/** Always for `:latest` and for no tag at all, IfNotPresent otherwise: what the API server would have filled in. */
export function defaultPolicy(image: string): PullPolicy {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

export function imageVerdict(image: string, policy: PullPolicy, present: boolean): ImageVerdict {
  // Images made on this machine can be pulled from nowhere: with them Always means what is here.
  if (present && (policy !== 'Always' || isLocalImage(image))) return 'use';
  return policy === 'Never' ? 'never' : 'pull';
}

const firstMs = 10_000;
const longestMs = 300_000;

/** How long after so many failures in a row the image is pulled again; `failures` counts from 1. */
export const pullDelay = (failures: number): number => Math.min(firstMs * 2 ** (failures - 1), longestMs);

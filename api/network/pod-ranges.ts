/** How a cluster's range of pod addresses is cut into those of its nodes: 256 addresses each. Pure. */
import { networkAddress, parseCidr } from './cidr.js';

/** 'default' and what else is no range overlaps nothing. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [one, other].map(text => parseCidr(text.includes('/') ? text : `${text}/32`));
  if (!a || !b || a.family !== b.family) return false;
  const [wide, narrow] = a.bits <= b.bits ? [a, b] : [b, a];
  return wide.bits > 0 && wide.contains(networkAddress(narrow));
}

/** The n-th /24 of the cluster's range, or the next that overlaps none of those taken; undefined when there is none. */
export function podRangeFor(clusterCidr: string, n: number, taken: readonly string[]): string | undefined {
  const cluster = parseCidr(clusterCidr);
  if (cluster?.family !== 'IPv4' || cluster.bits > 24) return undefined;
  const [a = 0, b = 0, c = 0] = networkAddress(cluster).split('.').map(Number);
  const count = 2 ** (24 - cluster.bits);
  const used = new Set(taken);
  const odd = taken.filter(range => !range.endsWith('.0/24'));
  for (let i = 0; i < count; i++) {
    const third = ((a << 16) | (b << 8) | c) + ((n + i) % count);
    const range = `${(third >> 16) & 255}.${(third >> 8) & 255}.${third & 255}.0/24`;
    if (!used.has(range) && !odd.some(other => overlap(range, other))) return range;
  }
  return undefined;
}

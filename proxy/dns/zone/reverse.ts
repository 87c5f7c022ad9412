/** Names of addresses: '10.0.96.10.in-addr.arpa' is 10.96.0.10, and the ranges of the cluster are zones of ours. Pure. */
import { isIPv4 } from 'node:net';
import type { Cidr } from '../../../api/network/cidr.js';

const suffix = '.in-addr.arpa';

/** The parts of an address, most significant first: four for a whole one. undefined for other names. */
export function reversed(name: string): string[] | undefined {
  if (!name.endsWith(suffix)) return undefined;
  const parts = name.slice(0, -suffix.length).split('.').reverse();
  const padded = [...parts, '0', '0', '0'].slice(0, 4);
  return parts.length <= 4 && isIPv4(padded.join('.')) ? parts : undefined;
}

/**
 * The zone of ours that an address is in, as the name of that zone: zones end where octets do, and so a range may be
 * several. undefined for addresses that are not the cluster's.
 */
export function reverseZone(parts: readonly string[], ranges: readonly Cidr[]): string | undefined {
  for (const { bits, contains, family } of ranges) {
    const octets = Math.ceil(bits / 8);
    if (family !== 'IPv4' || parts.length < octets || octets === 0) continue;
    const address = [...parts, '0', '0', '0'].slice(0, 4).join('.');
    if (contains(address)) return `${parts.slice(0, octets).reverse().join('.')}${suffix}`;
  }
  return undefined;
}

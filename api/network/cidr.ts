/** Addresses and ranges of them, as texts: 'what is in 10.0.0.0/8', and the one way to write an address. */
import { BlockList, isIP } from 'node:net';

export type Family = 'IPv4' | 'IPv6';

export const familyOf = (address: string): Family | undefined =>
  ({ 4: 'IPv4' as const, 6: 'IPv6' as const })[isIP(address)];

export interface Cidr {
  /** As written: its host bits need not be zero. */
  readonly address: string;
  readonly bits: number;
  readonly family: Family;
  /** False for what is no address, or one of the other family. */
  contains(address: string): boolean;
}

const lower = (family: Family) => (family === 'IPv4' ? 'ipv4' : 'ipv6');

/** '10.0.0.0/8' or 'fd00::/64'; undefined for anything else. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', length = '', ...rest] = text.split('/');
  const family = familyOf(address);
  if (!family || rest.length > 0 || !/^\d{1,3}$/.test(length) || address.includes('%')) return undefined;
  const bits = Number(length);
  if (bits > (family === 'IPv4' ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, bits, lower(family));
  return {
    address,
    bits,
    family,
    contains: other => familyOf(other) === family && list.check(other, lower(family)),
  };
}

/** The address as Kubernetes writes it: IPv6 in lower case, and with '::' for the longest run of zeros. */
export function canonicalAddress(address: string): string | undefined {
  const family = familyOf(address);
  if (family !== 'IPv6') return family && address;
  if (address.includes('%')) return undefined;
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

/** The address with all bits zero that are the hosts'; the range as its own first address says it. */
export function networkAddress({ address, bits, family }: Pick<Cidr, 'address' | 'bits' | 'family'>): string {
  const words = toBits(address, family);
  const all = family === 'IPv4' ? 32n : 128n;
  const host = all - BigInt(bits);
  return fromBits((words >> host) << host, family);
}

function toBits(address: string, family: Family): bigint {
  if (family === 'IPv4') return address.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
  const [head = '', tail] = (canonicalAddress(address) as string).split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return [...first, ...zeros, ...last].reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

function fromBits(value: bigint, family: Family): string {
  const [parts, width] = family === 'IPv4' ? [4, 8n] : [8, 16n];
  const groups = Array.from(
    { length: parts },
    (_, i) => (value >> (width * BigInt(parts - 1 - i))) & ((1n << width) - 1n),
  );
  if (family === 'IPv4') return groups.join('.');
  return canonicalAddress(groups.map(group => group.toString(16)).join(':')) as string;
}

/** Which of a machine's addresses a node goes by. */
import { isIPv4 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';

export type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/** Bridges and veths that container engines (ours too) made: they come and go. */
const madeByEngines = /^(orrery|veth|docker|br-|cni|flannel|cali|virbr|lxc)/;

/** The first IPv4 address that other machines could know; undefined on a machine with none. */
export function nodeAddress(interfaces: Interfaces): string | undefined {
  for (const [name, addresses] of Object.entries(interfaces)) {
    if (madeByEngines.test(name)) continue;
    const found = addresses?.find(a => a.family === 'IPv4' && !a.internal && !a.address.startsWith('169.254.'));
    if (found) return found.address;
  }
  return undefined;
}

/** Whether an interface has this IPv4 address, and pods could reach it: 127.0.0.1 would be themselves. */
export const hasAddress = (interfaces: Interfaces, address: string): boolean =>
  isIPv4(address) &&
  !address.startsWith('127.') &&
  Object.values(interfaces).some(list => list?.some(a => a.address === address));

/** A machine's name as a node name: lower case, DNS-1123. */
export const nodeNameFrom = (hostname: string): string =>
  hostname
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '') || 'node';

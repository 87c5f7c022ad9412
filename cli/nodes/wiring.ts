/**
 * How the nodes of one machine are wired: each further node is a network namespace with a cable (a veth) to one bridge;
 * the machine has the bridge's first address, and is the way out for all of them. Pure: what to call things, and what to run.
 */
import { createHash } from 'node:crypto';
import { overlap } from '../../api/network/pod-ranges.js';

/** The machine's end of everything. Names of interfaces have at most 15 characters. */
export const bridge = 'orrery-nodes';
export const chain = 'ORRERY-NODES';

/** The plug of a node's cable in the bridge. */
export const plugOf = (n: number): string => `orrery-n${n}`;

/** Namespaces are the whole machine's: two clusters in different ones must not meet. */
export const namespaceOf = (dataDir: string, n: number): string =>
  `orrery-${createHash('sha256').update(dataDir).digest('hex').slice(0, 8)}-${n}`;

/** A range of 256 addresses: .1 is the machine, node n is .n+1. */
export const addressIn = (range: string, n: number): string => {
  const [a, b, c] = range.split('.');
  return `${a}.${b}.${c}.${n + 1}`;
};

/** Private ranges that few have, and of each some, in the order in which they are tried. */
const candidates = ['10.245', '172.30', '192.168', '10.97', '10.250'].flatMap(prefix =>
  [0, 77, 88, 99, 111, 222].map(third => `${prefix}.${third}.0/24`),
);

/** The first range that touches none of those in use; undefined when all do. */
export const freeRange = (used: readonly string[], tried: readonly string[] = candidates): string | undefined =>
  tried.find(range => !used.some(other => overlap(range, other)));

type Words = readonly string[];

/** Each with the check (of `ip`) that says it is done already. */
export interface WiringStep {
  done: Words;
  run: Words;
}

/** The machine's side, as arguments of `ip`. */
export const bridgeSteps: readonly WiringStep[] = [
  { done: ['link', 'show', bridge], run: ['link', 'add', bridge, 'type', 'bridge'] },
];

/** What may be said again and again. */
export const bridgeSettings = (range: string): Words[] => [
  ['address', 'replace', `${addressIn(range, 0)}/24`, 'dev', bridge],
  ['link', 'set', bridge, 'up'],
];

export const cableSteps = (dataDir: string, n: number): WiringStep[] => {
  const space = namespaceOf(dataDir, n);
  const cable = ['link', 'add', plugOf(n), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space];
  return [
    { done: ['-n', space, 'link', 'show', 'lo'], run: ['netns', 'add', space] },
    { done: ['-n', space, 'link', 'show', 'eth0'], run: cable },
  ];
};

export function cableSettings(dataDir: string, n: number, range: string, plugged: boolean): Words[] {
  const space = ['-n', namespaceOf(dataDir, n)];
  return [
    ['link', 'set', plugOf(n), 'master', bridge],
    // A pod that asks another node for a service may be sent to a pod beside it: back by the port by which it came.
    ['link', 'set', plugOf(n), 'type', 'bridge_slave', 'hairpin', 'on'],
    plugSetting(n, true),
    [...space, 'link', 'set', 'lo', 'up'],
    [...space, 'address', 'replace', `${addressIn(range, n)}/24`, 'dev', 'eth0'],
    [...space, 'link', 'set', 'eth0', 'up'],
    [...space, 'route', 'replace', 'default', 'via', addressIn(range, 0)],
    plugSetting(n, plugged),
  ];
}

/** A cable that is pulled at the machine's end: the node sees a dead link, and keeps its addresses and routes. */
export const plugSetting = (n: number, plugged: boolean): Words => ['link', 'set', plugOf(n), plugged ? 'up' : 'down'];

/** As input of iptables-restore: nodes reach each other, and the world under the machine's address. */
export const rules = (range: string, clusterCidr: string): string => `*nat
:${chain} - [0:0]
-A ${chain} -s ${range} ! -d ${clusterCidr} ! -o ${bridge} -m comment --comment "nodes leave the machine" -j MASQUERADE
COMMIT
*filter
:${chain} - [0:0]
-A ${chain} -i ${bridge} -m comment --comment "from nodes on this machine" -j ACCEPT
-A ${chain} -o ${bridge} -m comment --comment "to nodes on this machine" -j ACCEPT
COMMIT
`;

export const jumps = [
  { table: 'nat', from: 'POSTROUTING' },
  { table: 'filter', from: 'FORWARD' },
] as const;

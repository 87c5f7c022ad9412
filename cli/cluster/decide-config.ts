/** What a cluster is started with: what its earlier life says, unless a flag or the machine says otherwise. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../failure.js';
import { hasAddress, type Interfaces, nodeAddress, nodeNameFrom } from './address.js';
import { defaultEtcdPort } from './etcd.js';
import { type ClusterConfig, defaults } from './layout.js';

export interface Machine {
  hostname: string;
  interfaces: Interfaces;
}

/** Stored objects depend on these: a cluster whose ranges change under it would lose its services. */
const fixed: readonly (keyof ClusterConfig)[] = [
  ...(['serviceCidr', 'podCidr', 'clusterCidr', 'nodeName'] as const),
  // Members of an etcd know each other by name and address.
  ...(['controlPlanes', 'etcdPort'] as const),
];

/** What is not written down because it is usual. */
const usual: Partial<ClusterConfig> = { nodes: 1, controlPlanes: 1, etcdPort: defaultEtcdPort };

const names: Partial<Record<keyof ClusterConfig, string>> = {
  controlPlanes: 'the number of control planes',
  etcdPort: "etcd's port",
  livenessProbe: 'the liveness probe',
};
const named = (keys: readonly (keyof ClusterConfig)[]): string => keys.map(key => names[key] ?? key).join(' and ');

/** Throws a Failure when the flags ask for what cannot be, or the machine has no address. */
export function decideConfig(
  earlier: ClusterConfig | undefined,
  flags: Partial<ClusterConfig>,
  running: boolean,
  machine: Machine,
): ClusterConfig {
  const changed = earlier ? differing(earlier, flags).filter(key => !(key === 'nodes' && mayGrow(earlier, flags))) : [];
  const refused = changed.filter(key => fixed.includes(key));
  if (refused.length > 0)
    throw new Failure(`${named(refused)} cannot change in a cluster that exists: run 'sudo ./orrery reset' first.`);
  if (running && changed.length > 0) {
    throw new Failure(`the cluster is running with another ${named(changed)}: run 'sudo ./orrery down' first.`);
  }
  const nodeName = flags.nodeName ?? earlier?.nodeName ?? nodeNameFrom(machine.hostname);
  const address = decideAddress(flags.address, earlier?.address, running, machine.interfaces);
  return { ...defaults, ...earlier, ...flags, ...storeFor({ ...earlier, ...flags }), address, nodeName };
}

/** Several API servers need a store that they can share. Throws a Failure when they are to have another. */
function storeFor({ controlPlanes = 1, datastore }: Partial<ClusterConfig>): Partial<ClusterConfig> {
  if (controlPlanes === 1) return {};
  if (datastore === undefined) return { datastore: 'etcd' };
  if (!datastore.startsWith('etcd'))
    throw new Failure(
      `${controlPlanes} control planes cannot share ${datastore}, which is one API server's: leave --datastore out, and each brings a member of an etcd, or name one with etcd://host:port,...`,
    );
  return {};
}

/** Nodes may be added at any time. Throws a Failure when there were to be fewer: their pods would be lost with them. */
function mayGrow({ nodes = 1 }: ClusterConfig, flags: Partial<ClusterConfig>): boolean {
  if ((flags.nodes ?? 1) < nodes)
    throw new Failure(
      `the cluster has ${nodes} nodes on this machine, and cannot have ${flags.nodes}: leave --nodes out, or switch one off with 'sudo ./orrery node stop'.`,
    );
  return true;
}

/** A machine's address may have changed since the cluster's earlier life, as a laptop's does. */
function decideAddress(
  asked: string | undefined,
  earlier: string | undefined,
  running: boolean,
  interfaces: Interfaces,
): string {
  const known = asked ?? earlier;
  if (known !== undefined && hasAddress(interfaces, known)) return known;
  if (asked !== undefined)
    throw new Failure(
      `no interface of this machine has the address ${asked} ('ip -4 address' lists them): give one that it has.`,
    );
  if (running)
    throw new Failure(
      `this machine no longer has the address ${earlier} that the cluster runs with: run 'sudo ./orrery down', then 'sudo ./orrery up', which takes the new one.`,
    );
  const found = nodeAddress(interfaces);
  if (found === undefined)
    throw new Failure(
      "this machine has no network address for its node: connect it, or run 'sudo ip address add 192.0.2.1/32 dev lo' and add --address 192.0.2.1.",
    );
  return found;
}

const differing = (earlier: ClusterConfig, flags: Partial<ClusterConfig>): (keyof ClusterConfig)[] =>
  (Object.keys(flags) as (keyof ClusterConfig)[]).filter(
    key => !isDeepStrictEqual(flags[key], earlier[key] ?? usual[key]),
  );

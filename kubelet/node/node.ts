/** The Node object of this machine. Pure. */
import { isExtended } from '../../api/kinds/workload/resource-names.js';
import type { Node } from '../../api/types.js';
import type { RuntimeAbilities } from '../cri/types.js';
import { amountOf, type Signal, type Thresholds } from '../eviction/thresholds.js';
import type { Machine } from './machine.js';

export interface NodeFacts {
  name: string;
  ip: string;
  podCidr: string;
  /** Of the kubelet's HTTPS server. */
  port: number;
  machine: Machine;
  /** Of eviction. */
  thresholds: Thresholds;
  /** 'containerd://1.6.20' */
  runtimeVersion: string;
  /** Undefined where there is no runtime. */
  abilities?: RuntimeAbilities;
}

const version = 'v1.36.0';
const maxPods = '110';
/** Of each resource, as quantities. */
export type Amounts = Record<'cpu' | 'memory' | 'ephemeral-storage' | 'pods', string>;

export const capacity = ({ cpus, memoryBytes, diskBytes }: Machine): Amounts => ({
  cpu: String(cpus),
  memory: `${Math.floor(memoryBytes / 1024)}Ki`,
  'ephemeral-storage': `${Math.floor(diskBytes / 1024)}Ki`,
  pods: maxPods,
});

/** What pods may have in all: the rest is kept free, as one of them would have to go when it is used. */
export function allocatable(machine: Machine, thresholds: Thresholds): Amounts {
  const free = (signal: Signal, capacity: number): number => {
    const hard = thresholds.find(one => one.signal === signal && one.graceMs === undefined);
    return hard ? capacity - amountOf(hard.least, capacity) : capacity;
  };
  const { memoryBytes, diskBytes } = machine;
  return {
    ...capacity(machine),
    memory: `${Math.floor(free('memory.available', memoryBytes) / 1024)}Ki`,
    'ephemeral-storage': String(free('nodefs.available', diskBytes)),
  };
}

export const nodeLabels = ({ name, machine }: NodeFacts): Record<string, string> => ({
  'beta.kubernetes.io/arch': machine.architecture,
  'beta.kubernetes.io/os': 'linux',
  'kubernetes.io/arch': machine.architecture,
  'kubernetes.io/hostname': name,
  'kubernetes.io/os': 'linux',
});

/** As it is created; conditions and the like are written to its status. */
export const newNode = (facts: NodeFacts): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: facts.name, labels: nodeLabels(facts) },
  spec: { podCIDR: facts.podCidr, podCIDRs: [facts.podCidr] },
});

type Quantities = Readonly<Record<string, string>>;

export const extendedOf = (amounts: Quantities = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(amounts).filter(([name]) => isExtended(name)));

/** What somebody has written into the capacity of a node (its licences, say) pods may have, all of it, as long as it stands there. */
function extended({ capacity, allocatable }: NonNullable<Node['status']>) {
  const has = extendedOf(capacity);
  const gone = Object.keys(extendedOf(allocatable)).filter(name => !(name in has));
  // In the patch that this becomes null takes a name away.
  const forgets = Object.fromEntries(gone.map(name => [name, null])) as unknown as Quantities;
  return { capacity: has, allocatable: { ...has, ...forgets } };
}

const abilitiesTold = ({ handlers, supplementalGroupsPolicy }: RuntimeAbilities): NonNullable<Node['status']> => ({
  features: { supplementalGroupsPolicy },
  ...(handlers.length === 0
    ? {}
    : {
        runtimeHandlers: handlers
          .map(({ name, features }) => ({ name, ...(features ? { features: { ...features } } : {}) }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      }),
});

/** All of the status but the conditions and the images, which come from the runtime. `before` is what the API has. */
export const nodeStatus = (facts: NodeFacts, before: Node['status'] = {}): NonNullable<Node['status']> => ({
  capacity: { ...extended(before).capacity, ...capacity(facts.machine) },
  allocatable: { ...extended(before).allocatable, ...allocatable(facts.machine, facts.thresholds) },
  addresses: [
    { type: 'InternalIP', address: facts.ip },
    { type: 'Hostname', address: facts.name },
  ],
  daemonEndpoints: { kubeletEndpoint: { Port: facts.port } },
  ...(facts.abilities ? abilitiesTold(facts.abilities) : {}),
  nodeInfo: {
    machineID: facts.machine.machineID,
    systemUUID: facts.machine.systemUUID,
    bootID: facts.machine.bootID,
    kernelVersion: facts.machine.kernelVersion,
    osImage: facts.machine.osImage,
    containerRuntimeVersion: facts.runtimeVersion,
    kubeletVersion: version,
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: facts.machine.architecture,
  },
});

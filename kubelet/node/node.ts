/** The Node object of this machine. Pure. */
import type { Node } from '../../api/types.js';
import type { Machine } from './machine.js';

export interface NodeFacts {
  name: string;
  ip: string;
  podCidr: string;
  /** Of the kubelet's HTTPS server. */
  port: number;
  machine: Machine;
  /** 'containerd://1.6.20' */
  runtimeVersion: string;
}

const version = 'v1.36.0';
const maxPods = '110';
/** Kept from pods so that the node itself does not run out: Kubernetes' hard eviction threshold. */
const reservedMemoryBytes = 100 * 1024 * 1024;

/** Of each resource, as quantities. */
export type Amounts = Record<'cpu' | 'memory' | 'ephemeral-storage' | 'pods', string>;

export const capacity = ({ cpus, memoryBytes, diskBytes }: Machine): Amounts => ({
  cpu: String(cpus),
  memory: `${Math.floor(memoryBytes / 1024)}Ki`,
  'ephemeral-storage': `${Math.floor(diskBytes / 1024)}Ki`,
  pods: maxPods,
});

export const allocatable = (machine: Machine): Amounts => ({
  ...capacity(machine),
  memory: `${Math.floor((machine.memoryBytes - reservedMemoryBytes) / 1024)}Ki`,
  // A tenth is the threshold of disk pressure.
  'ephemeral-storage': String(Math.floor(machine.diskBytes * 0.9)),
});

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

/** All of the status but the conditions and the images, which come from the runtime. */
export const nodeStatus = (facts: NodeFacts): NonNullable<Node['status']> => ({
  capacity: { ...capacity(facts.machine) },
  allocatable: { ...allocatable(facts.machine) },
  addresses: [
    { type: 'InternalIP', address: facts.ip },
    { type: 'Hostname', address: facts.name },
  ],
  daemonEndpoints: { kubeletEndpoint: { Port: facts.port } },
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

/** What scheduling needs to know of a pod, read from it once. */
import type { OwnerReference, Pod, Toleration } from '../../api/types.js';
import { affinityTerm, type WeightedTerm } from './affinity-term.js';
import { type Amounts, requestsOf, scoringRequestsOf } from './amounts.js';
import { claimsOf } from './volumes.js';

export interface HostPort {
  /** '0.0.0.0' is every address of the node. */
  ip: string;
  protocol: string;
  port: number;
}

export interface PodInfo {
  readonly pod: Pod;
  /** 'namespace/name' */
  readonly key: string;
  readonly uid: string;
  readonly priority: number;
  readonly requests: Amounts;
  readonly scoringRequests: Amounts;
  readonly hostPorts: readonly HostPort[];
  readonly tolerations: readonly Toleration[];
  /** The uid of the controller that made it: its replicas are spread. */
  readonly ownerUid: string | undefined;
  /** What it requires of the pods near it, and what it keeps away. */
  readonly affinity: readonly WeightedTerm[];
  readonly antiAffinity: readonly WeightedTerm[];
  /** Near which pods it would rather stand. */
  readonly preferred: readonly WeightedTerm[];
  /** 'namespace/name' of the claims that its volumes use. */
  readonly claims: readonly string[];
  /** When it began, in ms: of victims of the same priority the younger goes. */
  readonly startedAt: number;
}

export function podInfo(pod: Pod): PodInfo {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const owner = pod.metadata.ownerReferences?.find((reference: OwnerReference) => reference.controller);
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
  return {
    pod,
    key: `${namespace}/${name}`,
    uid,
    priority: pod.spec?.priority ?? 0,
    requests: requestsOf(pod),
    scoringRequests: scoringRequestsOf(pod),
    hostPorts: hostPortsOf(pod),
    tolerations: pod.spec?.tolerations ?? [],
    ownerUid: owner?.uid,
    affinity: required(pod, podAffinity),
    antiAffinity: required(pod, podAntiAffinity),
    preferred: [...weighted(pod, podAffinity, 1), ...weighted(pod, podAntiAffinity, -1)],
    claims: claimsOf(pod),
    startedAt: Date.parse(pod.status?.startTime ?? pod.metadata.creationTimestamp ?? '') || 0,
  };
}

type Affinity = NonNullable<NonNullable<NonNullable<Pod['spec']>['affinity']>['podAffinity']>;

const required = (pod: Pod, affinity: Affinity | undefined): WeightedTerm[] =>
  (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term => ({
    term: affinityTerm(pod, term),
    weight: 1,
  }));

const weighted = (pod: Pod, affinity: Affinity | undefined, sign: 1 | -1): WeightedTerm[] =>
  (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm, weight }) => ({
    term: affinityTerm(pod, podAffinityTerm),
    weight: sign * weight,
  }));

function hostPortsOf(pod: Pod): HostPort[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter(container => container.restartPolicy === 'Always');
  return [...sidecars, ...(pod.spec?.containers ?? [])]
    .flatMap(container => container.ports ?? [])
    .filter(port => port.hostPort)
    .map(port => ({ ip: port.hostIP || '0.0.0.0', protocol: port.protocol ?? 'TCP', port: port.hostPort ?? 0 }));
}

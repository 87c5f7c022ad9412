/** What scheduling needs to know of a pod, read from it once. */
import type { OwnerReference, Pod, Toleration } from '../../api/types.js';
import { type AffinityTerm, affinityTerms } from './affinity-term.js';
import { type Amounts, requestsOf, scoringRequestsOf } from './amounts.js';

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
  readonly affinity: readonly AffinityTerm[];
  readonly antiAffinity: readonly AffinityTerm[];
}

export function podInfo(pod: Pod): PodInfo {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const owner = pod.metadata.ownerReferences?.find((reference: OwnerReference) => reference.controller);
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
    affinity: affinityTerms(pod, pod.spec?.affinity?.podAffinity),
    antiAffinity: affinityTerms(pod, pod.spec?.affinity?.podAntiAffinity),
  };
}

function hostPortsOf(pod: Pod): HostPort[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter(container => container.restartPolicy === 'Always');
  return [...sidecars, ...(pod.spec?.containers ?? [])]
    .flatMap(container => container.ports ?? [])
    .filter(port => port.hostPort)
    .map(port => ({ ip: port.hostIP || '0.0.0.0', protocol: port.protocol ?? 'TCP', port: port.hostPort ?? 0 }));
}

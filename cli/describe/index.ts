/** Which description a kind has. A new kind's goes in here. */
import type { RequestedNames } from '../../api/certificates/request.js';
import type {
  AnyObject,
  EndpointSlice,
  Event,
  Lease,
  LimitRange,
  Pod,
  ReplicaSet,
  ResourceQuota,
  Service,
} from '../../api/types.js';
import { lastSeen, seenText } from '../output/events.js';
import { describeAutoscaler } from './autoscaler.js';
import { describeCronJob, describeJob } from './batch.js';
import { describeBudget, describeLimitRange, describePriorityClass, describeQuota } from './bounds.js';
import { describeCertificateRequest } from './certificate-request.js';
import { describeConfigMap, describeSecret, describeServiceAccount } from './data.js';
import { describeEndpointSlice, describeEndpoints } from './endpoints.js';
import { describeAny } from './generic.js';
import { describeIngress, describeIngressClass } from './ingress.js';
import { describeNamespace } from './namespace.js';
import { describeNetworkPolicy } from './network-policy.js';
import { describeNode } from './node.js';
import { describePod } from './pod.js';
import { describeBinding, describeRole } from './rbac.js';
import { describeService } from './service.js';
import { describeClaim, describeStorageClass, describeVolume } from './storage.js';
import { type Item, layOut } from './text.js';
import {
  describeDaemonSet,
  describeDeployment,
  describeReplicaSet,
  describeReplicationController,
  describeStatefulSet,
} from './workloads.js';

/** What a description tells beside the object itself. What may not be read is left out. */
export interface Surroundings {
  /** Undefined where events are not told. */
  events?: readonly Event[];
  /** Of a service, or of those that an ingress leads to. */
  slices?: readonly EndpointSlice[];
  /** Of an ingress's namespace. */
  services?: readonly Service[];
  /** Of a node, of what controls pods, or of a claim's namespace. */
  pods?: readonly Pod[];
  /** Of a deployment's namespace. */
  replicaSets?: readonly ReplicaSet[];
  /** Of a node. */
  lease?: Lease;
  /** Of a namespace; undefined where the server has no such kind, or it may not be read. */
  quotas?: readonly ResourceQuota[];
  limits?: readonly LimitRange[];
  /** What a certificate is asked for. */
  names?: RequestedNames;
  now: number;
}

const describers: Record<string, (object: never, around: Surroundings) => Item[]> = {
  'v1 Pod': (pod, around) => describePod(pod, around.now, around.events),
  'v1 ReplicationController': (rc, around) => describeReplicationController(rc, around.pods ?? []),
  'v1 Service': (service, around) => describeService(service, around.slices ?? []),
  'v1 Node': (node, { pods = [], lease, now }) => describeNode(node, { pods, lease, now }),
  'v1 Namespace': (namespace, { quotas, limits }) => describeNamespace(namespace, quotas, limits),
  'v1 ConfigMap': describeConfigMap,
  'v1 Secret': describeSecret,
  'v1 ServiceAccount': describeServiceAccount,
  'v1 Endpoints': describeEndpoints,
  'v1 ResourceQuota': describeQuota,
  'v1 LimitRange': describeLimitRange,
  'v1 PersistentVolume': (volume, { now }) => describeVolume(volume, now),
  'v1 PersistentVolumeClaim': (claim, { pods = [], now }) => describeClaim(claim, pods, now),
  'apps/v1 Deployment': (deployment, { replicaSets = [] }) => describeDeployment(deployment, replicaSets),
  'apps/v1 ReplicaSet': (set, { pods = [] }) => describeReplicaSet(set, pods),
  'apps/v1 StatefulSet': (set, { pods = [] }) => describeStatefulSet(set, pods),
  'apps/v1 DaemonSet': (set, { pods = [] }) => describeDaemonSet(set, pods),
  'batch/v1 Job': describeJob,
  'batch/v1 CronJob': describeCronJob,
  'autoscaling/v2 HorizontalPodAutoscaler': describeAutoscaler,
  'policy/v1 PodDisruptionBudget': describeBudget,
  'scheduling.k8s.io/v1 PriorityClass': describePriorityClass,
  'storage.k8s.io/v1 StorageClass': describeStorageClass,
  'networking.k8s.io/v1 Ingress': (ingress, { services = [], slices = [] }) =>
    describeIngress(ingress, { services, slices }),
  'networking.k8s.io/v1 IngressClass': describeIngressClass,
  'networking.k8s.io/v1 NetworkPolicy': describeNetworkPolicy,
  'discovery.k8s.io/v1 EndpointSlice': describeEndpointSlice,
  'certificates.k8s.io/v1 CertificateSigningRequest': (request, { names }) =>
    describeCertificateRequest(request, names),
  'rbac.authorization.k8s.io/v1 Role': describeRole,
  'rbac.authorization.k8s.io/v1 ClusterRole': describeRole,
  'rbac.authorization.k8s.io/v1 RoleBinding': describeBinding,
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': describeBinding,
};

/** Kinds whose descriptions tell no events, as kubectl's do not. */
const eventless =
  /^(Namespace|Secret|ResourceQuota|LimitRange|NetworkPolicy|Role|ClusterRole|RoleBinding|ClusterRoleBinding)$/;

export const tellsEvents = (object: AnyObject): boolean => !eventless.test(object.kind);

/** The whole description, ending in a newline. */
export function describeObject(object: AnyObject, around: Surroundings): string {
  const describe = describers[`${object.apiVersion} ${object.kind}`];
  const items = describe ? describe(object as never, around) : describeAny(object);
  return `${layOut([...items, ...(around.events ? eventItems(around.events, around.now) : [])]).join('\n')}\n`;
}

function eventItems(events: readonly Event[], now: number): Item[] {
  if (events.length === 0) return [['Events', '<none>']];
  const rows = [...events]
    .sort((a, b) => lastSeen(a) - lastSeen(b))
    .map(event => [
      event.type ?? '',
      event.reason ?? '',
      seenText(event, now),
      event.source?.component ?? event.reportingComponent ?? '',
      (event.message ?? '').trim(),
    ]);
  // A dash more than the word under "Age": so kubectl has it.
  const headings = ['Type\tReason\tAge\tFrom\tMessage', '----\t------\t----\t----\t-------'];
  return [{ heading: 'Events', block: [...headings, ...rows.map(row => row.join('\t'))] }];
}

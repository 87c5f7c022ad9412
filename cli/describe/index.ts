/** Which description a kind has. A new kind's goes in here. */
import type { AnyObject, EndpointSlice, Event, Lease, LimitRange, Pod, ResourceQuota } from '../../api/types.js';
import { lastSeen, seenText } from '../output/events.js';
import { describeConfigMap, describeSecret, describeServiceAccount } from './data.js';
import { describeEndpointSlice, describeEndpoints } from './endpoints.js';
import { describeAny } from './generic.js';
import { describeNamespace } from './namespace.js';
import { describeNode } from './node.js';
import { describePod } from './pod.js';
import { describeBinding, describeRole } from './rbac.js';
import { type Item, layOut } from './text.js';
import { describeReplicationController, describeService } from './workloads.js';

/** What a description tells beside the object itself. */
export interface Surroundings {
  /** Undefined where events are not told. */
  events?: readonly Event[];
  /** Of a service. */
  slices?: readonly EndpointSlice[];
  /** Of a node, or of what controls pods. */
  pods?: readonly Pod[];
  /** Of a node. */
  lease?: Lease;
  /** Of a namespace; undefined where the server has no such kind, or it may not be read. */
  quotas?: readonly ResourceQuota[];
  limits?: readonly LimitRange[];
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
  'discovery.k8s.io/v1 EndpointSlice': describeEndpointSlice,
  'rbac.authorization.k8s.io/v1 Role': describeRole,
  'rbac.authorization.k8s.io/v1 ClusterRole': describeRole,
  'rbac.authorization.k8s.io/v1 RoleBinding': describeBinding,
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': describeBinding,
};

/** Kinds whose descriptions tell no events, as kubectl's do not. */
const eventless = /^(Namespace|Secret|Role|ClusterRole|RoleBinding|ClusterRoleBinding)$/;

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

/** Objects for tests, as short to write as what matters about them. */
import { timestamp } from '../../api/clock.js';
import type {
  Deployment,
  Endpoints,
  KubeObject,
  Namespace,
  Node,
  ObjectMeta,
  OwnerReference,
  Pod,
  ReplicationController,
  Service,
} from '../../api/types.js';

/** The instant at which tests take place. */
export const noon = Date.parse('2025-01-01T12:00:00Z');
export const ago = (seconds: number): string => timestamp(noon - seconds * 1000);

type Meta = Partial<{ [K in keyof ObjectMeta]: ObjectMeta[K] }>;

export interface PodTraits extends Meta {
  node?: string;
  phase?: string;
  /** Since so many seconds; false for a pod that is not ready. */
  ready?: number | false;
  restarts?: number;
  ip?: string;
  owner?: KubeObject;
  terminating?: boolean;
  spec?: Partial<NonNullable<Pod['spec']>>;
}

export function pod(name: string, traits: PodTraits = {}): Pod {
  const { node, phase = 'Running', ready = 3600, restarts, ip, owner, terminating, spec, ...meta } = traits;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-of-${name}`,
      labels: { app: 'web' },
      ...(owner ? { ownerReferences: [ownedBy(owner)] } : {}),
      ...(terminating ? { deletionTimestamp: ago(1) } : {}),
      ...meta,
    } as ObjectMeta,
    spec: { containers: [], ...(node === undefined ? {} : { nodeName: node }), ...spec } as NonNullable<Pod['spec']>,
    status: {
      phase,
      ...(ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }),
      conditions: [
        ready === false
          ? { type: 'Ready', status: 'False' }
          : { type: 'Ready', status: 'True', lastTransitionTime: ago(ready) },
      ],
      ...(restarts === undefined ? {} : { containerStatuses: [{ restartCount: restarts }] }),
    } as NonNullable<Pod['status']>,
  };
}

export const ownedBy = (owner: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name ?? '',
  uid: owner.metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
  ...more,
});

export const replicationControllerNamed = (
  name: string,
  spec: ReplicationController['spec'] = {},
  meta: Meta = {},
): ReplicationController => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name, namespace: 'default', uid: `uid-of-${name}`, generation: 1, ...meta } as ObjectMeta,
  spec: {
    selector: { app: 'web' },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web' }] } },
    ...spec,
  } as NonNullable<ReplicationController['spec']>,
});

export const deploymentNamed = (
  name: string,
  spec: Partial<NonNullable<Deployment['spec']>> = {},
  meta: Meta = {},
): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'default', uid: `uid-of-${name}`, generation: 1, ...meta } as ObjectMeta,
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    ...spec,
  },
});

export const service = (name: string, spec: Partial<NonNullable<Service['spec']>> = {}, meta: Meta = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default', uid: `uid-of-${name}`, ...meta } as ObjectMeta,
  spec: {
    selector: { app: 'web' },
    clusterIP: '10.96.0.7',
    ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }],
    ...spec,
  } as NonNullable<Service['spec']>,
});

export const endpointsNamed = (name: string, subsets: Endpoints['subsets'], meta: Meta = {}): Endpoints => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name, namespace: 'default', ...meta } as ObjectMeta,
  ...(subsets ? { subsets } : {}),
});

export const namespaceNamed = (name: string, meta: Meta = {}): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, uid: `uid-of-${name}`, ...meta } as ObjectMeta,
  spec: { finalizers: ['kubernetes'] },
  status: { phase: meta.deletionTimestamp ? 'Terminating' : 'Active' },
});

/** A node whose conditions are given as { Ready: 'True' }. */
export const node = (name: string, conditions: Record<string, string> = { Ready: 'True' }, meta: Meta = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid: `uid-of-${name}`, creationTimestamp: ago(3600), ...meta } as ObjectMeta,
  spec: {},
  status: {
    conditions: Object.entries(conditions).map(([type, status]) => ({
      type,
      status,
      reason: 'KubeletSaysSo',
      message: '',
      lastHeartbeatTime: ago(5),
      lastTransitionTime: ago(600),
    })),
  },
});

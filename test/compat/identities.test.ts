/**
 * Each component with its own identity and nothing else: a cluster's life is lived against an API server that forbids
 * what is not allowed, and the audit log is read afterwards: no refusal, every writer known, every write with its cause.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../api/clock.js';
import type {
  CronJob,
  DaemonSet,
  HorizontalPodAutoscaler,
  Job,
  KubeObject,
  Namespace,
  Pod,
  PodDisruptionBudget,
  ReplicationController,
  Service,
  StatefulSet,
  StorageClass,
} from '../../api/types.js';
import { startTestCluster, type TestCluster } from '../../apiserver/testing/cluster.js';
import type { Resource } from '../../client/client.js';
import { type Informer, startInformer } from '../../client/informer/informer.js';
import { loadKubeconfig } from '../../client/kubeconfig.js';
import {
  configMaps,
  cronJobs,
  daemonSets,
  endpointSlices,
  endpoints,
  horizontalPodAutoscalers,
  jobs,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  podDisruptionBudgets,
  pods,
  replicationControllers,
  serviceAccounts,
  services,
  statefulSets,
  storageClasses,
} from '../../client/resources.js';
import { connect, type RestClient } from '../../client/rest/index.js';
import { silentLog } from '../../client/testing/log.js';
import { startControllers } from '../../controllers/main.js';
import { startScheduler } from '../../scheduler/main.js';
import { pretendNode } from './identities/pretended-kubelet.js';

/** What is read of a line of the audit log. */
interface AuditEvent {
  verb: string;
  user: { username: string };
  objectRef?: { resource: string; namespace?: string; name?: string; subresource?: string };
  requestURI: string;
  responseStatus: { code: number };
  annotations: Record<string, string>;
}

const namespace = 'lab';
const node = 'node-1';
const controller = (name: string): string => `system:serviceaccount:kube-system:${name}`;
/** Who must have written something by the end. */
const writers = [
  'system:kube-controller-manager',
  'system:kube-scheduler',
  `system:node:${node}`,
  ...[
    'cronjob-controller',
    'daemon-set-controller',
    'disruption-controller',
    'endpoint-controller',
    'endpointslice-controller',
    'ephemeral-volume-controller',
    'generic-garbage-collector',
    'horizontal-pod-autoscaler',
    'job-controller',
    'namespace-controller',
    'persistent-volume-binder',
    'pv-protection-controller',
    'pvc-protection-controller',
    'node-controller',
    'replication-controller',
    'root-ca-cert-publisher',
    'service-account-controller',
    'service-cidrs-controller',
    'statefulset-controller',
    'ttl-after-finished-controller',
  ].map(controller),
];

describe('each component, with its own identity', function () {
  this.timeout(60_000);
  let cluster: TestCluster;
  let admin: RestClient;
  let stop: AbortController;
  let components: { stop(): Promise<void> }[];
  let look: () => void = () => undefined;
  let seen: Map<Resource, Informer>;
  let audit: AuditEvent[];

  const list = <T extends KubeObject>(resource: Resource<T>, inside = namespace): T[] =>
    (seen.get(resource as Resource)?.list(inside) ?? []) as T[];
  /** Resolves when `holds` does; looks at every change of what is followed. */
  const when = (holds: () => boolean): Promise<void> =>
    new Promise(resolve => {
      look = () => {
        if (holds()) resolve();
      };
      look();
    });

  async function begin(): Promise<void> {
    cluster = await startTestCluster();
    const { kubeconfig } = cluster.pki;
    admin = connect(loadKubeconfig({ path: kubeconfig.admin }));
    stop = new AbortController();
    const { signal } = stop;
    const common = { identity: 'test', log: silentLog, clock: systemClock };
    components = await Promise.all([
      startControllers({ ...common, kubeconfig: kubeconfig.controllers }),
      startScheduler({ ...common, kubeconfig: kubeconfig.scheduler }),
    ]);
    await pretendNode(node, kubeconfig.kubelet, signal);
    const followed: Resource[] = [pods, replicationControllers, endpoints, endpointSlices, serviceAccounts, configMaps];
    const workloads: Resource[] = [
      horizontalPodAutoscalers,
      persistentVolumes,
      persistentVolumeClaims,
      cronJobs,
      daemonSets,
      jobs,
      podDisruptionBudgets,
      statefulSets,
    ];
    seen = new Map(
      [...followed, ...workloads, nodes, namespaces].map(resource => {
        const options = { client: admin, resource, clock: systemClock, random: Math.random, log: silentLog, signal };
        const informer = startInformer(options);
        informer.onChange(() => look());
        return [resource, informer];
      }),
    );
  }

  /** What a cluster does in a lab, all of it. */
  async function live(): Promise<void> {
    const space: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await admin.create(namespaces, space);
    await when(() => list(serviceAccounts).length === 1 && list(configMaps).length === 1);
    await admin.create(replicationControllers, web);
    await admin.create(services, webService);
    const addresses = (): number =>
      list(endpoints)
        .flatMap(({ subsets }) => subsets ?? [])
        .flatMap(subset => subset.addresses ?? []).length;
    const inSlices = (): number => list(endpointSlices).flatMap(slice => slice.endpoints ?? []).length;
    const running = (count: number) => (): boolean =>
      addresses() === count && inSlices() === count && list(replicationControllers)[0]?.status?.readyReplicas === count;
    await when(running(3));
    await admin.create(podDisruptionBudgets, webBudget);
    await when(() => list(podDisruptionBudgets)[0]?.status?.disruptionsAllowed === 1);
    await admin.create(horizontalPodAutoscalers, webAutoscaler);
    await when(() => list(horizontalPodAutoscalers)[0]?.status?.currentReplicas === 3);
    await admin.delete(horizontalPodAutoscalers, { namespace, name: 'web' });

    await admin.create(statefulSets, db);
    await admin.create(daemonSets, agent);
    await admin.create(jobs, work);
    await when(() => list(statefulSets)[0]?.status?.readyReplicas === 2);
    await when(() => list(daemonSets)[0]?.status?.numberReady === 1);
    await admin.create(cronJobs, tick);
    await when(() => (list(cronJobs)[0]?.status?.active ?? []).length > 0);
    await admin.delete(cronJobs, { namespace, name: 'tick' });
    await when(() => list(jobs).length === 0);
    await admin.delete(statefulSets, { namespace, name: 'db' });
    await admin.delete(daemonSets, { namespace, name: 'agent' });
    await when(() => list(pods).length === 3);

    await admin.create(storageClasses, folders);
    await admin.create(pods, scratch);
    await when(() => list(pods).some(({ metadata, status }) => metadata.name === 'scratch' && status?.podIP));
    await admin.delete(pods, { namespace, name: 'scratch' });
    await when(() => (seen.get(persistentVolumes)?.list() ?? []).length + list(persistentVolumeClaims).length === 0);

    const [first] = list(pods);
    assert.ok(first?.metadata.name);
    await admin.delete(pods, { namespace, name: first.metadata.name });
    await when(() => list(pods).every(pod => pod.metadata.uid !== first.metadata.uid) && running(3)());

    const taints = [{ key: 'maintenance', effect: 'NoExecute' }];
    await admin.patch(nodes, { name: node }, 'strategic', { spec: { taints } });
    await when(() => addresses() === 0 && list(pods).every(pod => pod.spec?.nodeName === undefined));
    await admin.patch(nodes, { name: node }, 'merge', { spec: { taints: null } });
    await when(running(3));

    const deletion = { propagationPolicy: 'Foreground' } as const;
    await admin.delete(replicationControllers, { namespace, name: 'web' }, deletion);
    await when(() => list(pods).length === 0 && list(replicationControllers).length === 0);
    // Its endpoints go with it, so that nobody makes them again while the namespace is emptied.
    await admin.delete(services, { namespace, name: 'web' });
    await when(() => list(endpoints).length === 0 && list(endpointSlices).length === 0);
    await admin.delete(namespaces, { name: namespace });
    await when(() => seen.get(namespaces)?.get({ name: namespace }) === undefined);
  }

  async function end(): Promise<void> {
    await Promise.all(components.map(component => component.stop()));
    stop.abort();
    await admin.close();
    await cluster.server.stop();
    const lines = (await readFile(join(cluster.dataDir, 'audit.log'), 'utf8')).trim().split('\n');
    audit = lines.map(line => JSON.parse(line) as AuditEvent);
    await cluster.remove();
  }

  before(async () => {
    await begin();
    try {
      await live();
    } finally {
      await end();
    }
  });

  const isComponent = ({ user }: AuditEvent): boolean => user.username !== 'kubernetes-admin';
  const said = ({ user, verb, requestURI, responseStatus }: AuditEvent): string =>
    `${user.username} ${verb} ${requestURI}: ${responseStatus.code}`;

  it('is refused nothing', () => {
    const refused = audit.filter(({ responseStatus }) => [401, 403].includes(responseStatus.code));
    assert.deepEqual(refused.filter(isComponent).map(said), []);
  });

  it('writes as itself', () => {
    const wrote = new Set(audit.filter(isComponent).map(({ user }) => user.username));
    assert.deepEqual([...wrote].sort(), [...writers].sort());
  });

  it('says what made it write', () => {
    const deciding = audit.filter(
      ({ user, objectRef }) =>
        (user.username.startsWith(controller('')) || user.username === 'system:kube-scheduler') &&
        objectRef?.resource !== 'events' &&
        objectRef?.resource !== 'leases',
    );
    const causeless = deciding.filter(
      ({ annotations }) => !/^[a-z-]+ \S+ <- /.test(annotations['orrery.dev/cause'] ?? ''),
    );
    assert.deepEqual(causeless.map(said), []);
    const made = deciding.find(event => event.objectRef?.resource === 'pods' && event.verb === 'create');
    assert.match(made?.objectRef?.name ?? '', /^web-/);
    assert.match(
      made?.annotations['orrery.dev/cause'] ?? '',
      /^replication-controller lab\/web <- ReplicationController lab\/web ADDED @\d+/,
    );
    const bound = deciding.find(event => event.objectRef?.subresource === 'binding');
    assert.match(bound?.annotations['orrery.dev/cause'] ?? '', /^scheduler lab\/web-\w+ <- /);
  });
});

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image: 'busybox' }], terminationGracePeriodSeconds: 1 },
};
const web: ReplicationController = {
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'web', namespace },
  spec: { replicas: 3, selector: { app: 'web' }, template },
};
const webService: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
};
const webBudget: PodDisruptionBudget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace },
  spec: { selector: { matchLabels: { app: 'web' } }, maxUnavailable: 1 },
};
const db: StatefulSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'db' } },
    serviceName: 'db',
    template: { ...template, metadata: { labels: { app: 'db' } } },
    volumeClaimTemplates: [],
  },
};
const agent: DaemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: { ...template, metadata: { labels: { app: 'agent' } } },
  },
};
/** It is over when its time is, and goes a second later. */
const work: Job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'work', namespace },
  spec: {
    activeDeadlineSeconds: 1,
    ttlSecondsAfterFinished: 1,
    template: { spec: { ...template.spec, restartPolicy: 'Never' } },
  },
};
const tick: CronJob = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'tick', namespace },
  spec: {
    schedule: '@every 1s',
    jobTemplate: { spec: { ...work.spec, suspend: true, template: work.spec?.template ?? {} } },
  },
};
const folders: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'folders' },
  provisioner: 'orrery.dev/local-folder',
  parameters: { path: '/tmp/orrery-folders' },
  volumeBindingMode: 'WaitForFirstConsumer',
};
/** Its claim is made for it, and goes with it. */
const claimSpec = {
  accessModes: ['ReadWriteOnce'],
  storageClassName: 'folders',
  resources: { requests: { storage: '1Mi' } },
};
const scratch: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'scratch', namespace },
  spec: {
    ...template.spec,
    volumes: [{ name: 'tmp', ephemeral: { volumeClaimTemplate: { spec: claimSpec } } }],
  },
};
const webAutoscaler: HorizontalPodAutoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace },
  spec: { scaleTargetRef: { apiVersion: 'v1', kind: 'ReplicationController', name: 'web' }, maxReplicas: 5 },
};

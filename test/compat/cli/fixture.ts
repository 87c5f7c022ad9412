/** An API server with the objects that the tests of the CLI look at. No controller runs: what is there stays as it is. */
import { systemClock } from '../../../api/clock.js';
import type { AnyObject } from '../../../api/types.js';
import { startTestCluster, type TestCluster } from '../../../apiserver/testing/cluster.js';
import type { Resource } from '../../../client/client.js';
import { loadKubeconfig } from '../../../client/kubeconfig.js';
import * as kinds from '../../../client/resources.js';
import { connect, type RestClient } from '../../../client/rest/index.js';
import { newKubectl, orrery, type Program } from './programs.js';

export interface Fixture {
  cluster: TestCluster;
  kubeconfig: string;
  client: RestClient;
  orrery: Program;
  /** Absent where no new kubectl is installed. */
  kubectl: Program | undefined;
  remove(): Promise<void>;
}

export async function startFixture(): Promise<Fixture> {
  const cluster = await startTestCluster();
  const kubeconfig = cluster.pki.kubeconfig.admin;
  const client = connect(loadKubeconfig({ path: kubeconfig }));
  return {
    cluster,
    kubeconfig,
    client,
    orrery: orrery(kubeconfig),
    kubectl: newKubectl(kubeconfig),
    async remove() {
      await client.close();
      await cluster.remove();
    },
  };
}

/** A namespace in which pods can be created: nobody else makes its service account here. */
export async function makeNamespace(client: RestClient, name: string): Promise<void> {
  if (name !== 'default')
    await client.create(kinds.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const metadata = { name: 'default', namespace: name };
  await client.create(kinds.serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
}

/** Far from any change of the unit or the number that an age is shown with. */
const at = (seconds: number): string => new Date(systemClock.now() - seconds * 1000).toISOString().replace(/\.\d+/, '');

/** A web pod with all there is to describe, what serves it, and what happened to it; in namespace default. */
export async function makeObjects(client: RestClient): Promise<void> {
  await makeNamespace(client, 'default');
  await create(client, kinds.configMaps, 'ConfigMap', 'settings', { data: { multi: 'one\ntwo', mode: 'a > b' } });
  await create(client, kinds.secrets, 'Secret', 'password', { type: 'Opaque', data: { password: 'aHVudGVyMg==' } });
  await create(client, kinds.services, 'Service', 'web', {
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  });
  await create(client, kinds.replicationControllers, 'ReplicationController', 'web', {
    spec: {
      replicas: 3,
      selector: { app: 'web' },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'busybox:1' }] } },
    },
  });
  const node = await create(client, kinds.nodes, 'Node', 'n1', {
    spec: { podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24'], taints: [] },
  });
  await client.update(kinds.nodes, { ...node, status: nodeStatus }, { subresource: 'status' });
  const pod = await create(client, kinds.pods, 'Pod', 'web', { spec: podSpec });
  await client.update(kinds.pods, { ...pod, status: podStatus }, { subresource: 'status' });
  await create(client, kinds.pods, 'Pod', 'other', { spec: { containers: [{ name: 'c', image: 'busybox:1' }] } });
  for (const [name, seconds] of [
    ['web.1', 37_800],
    ['web.2', 73_800],
  ] as const)
    await create(client, kinds.events, 'Event', name, {
      involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace: 'default', uid: pod.metadata.uid ?? '' },
      type: 'Normal',
      reason: 'Started',
      message: 'Started container web',
      source: { component: 'kubelet' },
      reportingComponent: 'kubelet',
      firstTimestamp: at(seconds),
      lastTimestamp: at(seconds),
      count: 1,
    });
}

/** A namespace with bounds, on which nobody counts: there is no controller here. */
export async function makeBounds(client: RestClient): Promise<void> {
  await makeNamespace(client, 'limited');
  const base = { apiVersion: 'v1', metadata: { name: 'some', namespace: 'limited' } };
  const hard = { pods: '4', 'requests.cpu': '2' };
  const spec = { hard, scopes: ['NotTerminating', 'NotBestEffort'] };
  const quota = await client.create(kinds.resourceQuotas, { ...base, kind: 'ResourceQuota', spec });
  const status = { hard, used: { pods: '1', 'requests.cpu': '500m' } };
  await client.update(kinds.resourceQuotas, { ...quota, status }, { subresource: 'status' });
  const limits = [
    { type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '100m' }, max: { cpu: '2' } },
    { type: 'Pod', max: { memory: '1Gi' } },
  ];
  await client.create(kinds.limitRanges, { ...base, kind: 'LimitRange', spec: { limits } });
}

const create = <T extends AnyObject>(
  client: RestClient,
  resource: Resource,
  kind: string,
  name: string,
  fields: Record<string, unknown>,
): Promise<T> => {
  const metadata = { name, labels: { app: name }, ...(resource.namespaced ? { namespace: 'default' } : {}) };
  return client.create(resource as Resource<T>, { apiVersion: 'v1', kind, metadata, ...fields } as AnyObject as T);
};

const nodeStatus = {
  capacity: { cpu: '2', memory: '4Gi', pods: '110' },
  allocatable: { cpu: '2', memory: '4Gi', pods: '110' },
  addresses: [
    { type: 'InternalIP', address: '192.0.2.1' },
    { type: 'Hostname', address: 'n1' },
  ],
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'kubelet is posting ready status',
      lastHeartbeatTime: '2026-01-01T00:00:00Z',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ],
  nodeInfo: {
    machineID: 'm',
    systemUUID: 's',
    bootID: 'b',
    kernelVersion: '6.1',
    osImage: 'Debian',
    operatingSystem: 'linux',
    architecture: 'amd64',
    containerRuntimeVersion: 'containerd://1.6.20',
    kubeletVersion: 'v1.36.0',
    kubeProxyVersion: '',
  },
};

const podSpec = {
  nodeName: 'n1',
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
  automountServiceAccountToken: false,
  initContainers: [{ name: 'setup', image: 'busybox:1', command: ['sh', '-c', 'echo hi'] }],
  containers: [
    {
      name: 'web',
      image: 'busybox:1',
      args: ['httpd', '-f'],
      ports: [
        { containerPort: 80, name: 'http' },
        { containerPort: 53, protocol: 'UDP' },
      ],
      env: [
        { name: 'MODE', value: 'fast' },
        { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'password', key: 'password' } } },
        { name: 'CPUS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      ],
      envFrom: [{ configMapRef: { name: 'settings' } }, { prefix: 'S_', secretRef: { name: 'password' } }],
      resources: { limits: { cpu: '100m', memory: '64Mi' }, requests: { cpu: '50m' } },
      livenessProbe: { httpGet: { path: '/', port: 'http' } },
      readinessProbe: { tcpSocket: { port: 80 } },
      startupProbe: { exec: { command: ['cat', '/ready'] } },
      volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }],
    },
    { name: 'writer', image: 'busybox:1', volumeMounts: [{ name: 'data', mountPath: '/out' }] },
  ],
  volumes: [
    { name: 'data', emptyDir: {} },
    { name: 'settings', configMap: { name: 'settings' } },
    { name: 'password', secret: { secretName: 'password' } },
    { name: 'host', hostPath: { path: '/tmp' } },
  ],
};

const times = { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:05Z' };

const podStatus = {
  phase: 'Running',
  hostIP: '192.0.2.1',
  podIP: '10.244.0.5',
  podIPs: [{ ip: '10.244.0.5' }],
  qosClass: 'Burstable',
  startTime: times.startedAt,
  conditions: [
    { type: 'Ready', status: 'False' },
    { type: 'PodScheduled', status: 'True' },
  ],
  initContainerStatuses: [
    {
      name: 'setup',
      ready: true,
      restartCount: 0,
      image: 'busybox:1',
      imageID: 'sha256:1',
      containerID: 'containerd://0',
      state: { terminated: { exitCode: 0, reason: 'Completed', ...times } },
    },
  ],
  containerStatuses: [
    {
      name: 'web',
      ready: true,
      restartCount: 2,
      image: 'busybox:1',
      imageID: 'sha256:1',
      containerID: 'containerd://1',
      state: { running: { startedAt: times.startedAt } },
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', ...times } },
    },
    {
      name: 'writer',
      ready: false,
      restartCount: 0,
      image: 'busybox:1',
      imageID: '',
      state: { waiting: { reason: 'ImagePullBackOff' } },
    },
  ],
};

/**
 * What is used, asked by unmodified kubectls (`kubectl top`), which know metrics.k8s.io and nothing of who serves it; and
 * an autoscaler that grows by it, with a kubelet that says what it is told.
 */
import assert from 'node:assert/strict';
import pino from 'pino';
import { systemClock } from '../../../api/clock.js';
import type { Deployment, HorizontalPodAutoscaler, Node, Pod } from '../../../api/types.js';
import { type FakeKubelet, startFakeKubelet } from '../../../apiserver/streaming/testing/kubelet.js';
import { startTestCluster, type TestCluster } from '../../../apiserver/testing/cluster.js';
import { Kubectl, kubectls } from '../../../apiserver/testing/kubectl.js';
import { loadKubeconfig } from '../../../client/kubeconfig.js';
import { deployments, horizontalPodAutoscalers, nodes, pods } from '../../../client/resources.js';
import { connect, type RestClient } from '../../../client/rest/index.js';
import { startControllers } from '../../../controllers/main.js';

const namespace = 'default';

describe('what is used', function () {
  this.timeout(60_000);
  let cluster: TestCluster;
  let kubelet: FakeKubelet;
  let admin: RestClient;
  let controllers: { stop(): Promise<void> };

  before(async () => {
    cluster = await startTestCluster();
    kubelet = await startFakeKubelet(cluster.pki);
    admin = connect(loadKubeconfig({ path: cluster.pki.kubeconfig.admin }));
    const log = pino({ level: 'silent' });
    const kubeconfig = cluster.pki.kubeconfig.controllers;
    controllers = await startControllers({ kubeconfig, identity: 'test', log, clock: systemClock });
    await admin.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } });
    const addresses = [{ type: 'InternalIP', address: '127.0.0.1' }];
    const allocatable = { cpu: '4', memory: '8Gi', pods: '100' };
    const daemonEndpoints = { kubeletEndpoint: { Port: kubelet.port } };
    const status: Node['status'] = { addresses, allocatable, capacity: allocatable, daemonEndpoints };
    await admin.patch(nodes, { name: 'node-1' }, 'strategic', { status }, { subresource: 'status' });
    await admin.create(deployments, web);
    while ((await listed()).length < 2) await systemClock.sleep(50);
    for (const pod of await listed()) await run(pod);
    kubelet.onRequest = (_, response) => {
      listed()
        .then(all => response.end(JSON.stringify(summaryOf(all))))
        .catch(() => response.destroy());
    };
  });
  after(async () => {
    await controllers?.stop();
    await admin?.close();
    await kubelet?.stop();
    await cluster?.remove();
  });

  const listed = async (): Promise<Pod[]> => (await admin.list(pods, { namespace, labelSelector: 'app=web' })).items;
  /** As a scheduler and a kubelet would. */
  async function run(pod: Pod): Promise<void> {
    const { name = '' } = pod.metadata;
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { kind: 'Node', name: 'node-1' } };
    await admin.post(pods, { namespace, name }, 'binding', binding);
    const hourAgo = new Date(Date.now() - 3600_000).toISOString();
    const ready = { type: 'Ready', status: 'True', lastTransitionTime: hourAgo };
    const status = { phase: 'Running', startTime: hourAgo, conditions: [ready] };
    await admin.patch(pods, { namespace, name }, 'strategic', { status }, { subresource: 'status' });
  }

  for (const { path, version } of kubectls()) {
    it(`is told to kubectl ${version}`, async () => {
      const kubectl = new Kubectl(path, cluster);
      assert.match(await kubectl.ok('top', 'nodes'), /NAME +CPU.*\nnode-1 +1500m +37% +2048Mi +25% /);
      assert.match(await kubectl.ok('top', 'pods'), /NAME +CPU\S* +MEMORY\S* *\nweb-\S+ +900m +64Mi/);
      assert.match(await kubectl.ok('top', 'pods', '-l', 'app=web', '--containers'), /web-\S+ +c +900m +64Mi/);
    });
  }

  it('makes a deployment grow', async () => {
    await admin.create(horizontalPodAutoscalers, autoscaler);
    const size = async () => (await admin.get(deployments, { namespace, name: 'web' })).spec?.replicas;
    while ((await size()) === 2) await systemClock.sleep(50);
    assert.equal(await size(), 4, '90% is used of each, and half of it should be');
    const current = async () =>
      (await admin.get(horizontalPodAutoscalers, { namespace, name: 'web' })).status?.currentMetrics?.[0]?.resource
        ?.current;
    while (!(await current())) await systemClock.sleep(50);
    assert.equal((await current())?.averageUtilization, 90);
  });
});

const figures = (cpu: number, bytes: number) => ({
  cpu: { time: new Date().toISOString(), usageNanoCores: cpu * 1e6 },
  memory: { time: new Date().toISOString(), workingSetBytes: bytes },
});
const mebibyte = 1024 * 1024;
const summaryOf = (all: readonly Pod[]) => ({
  node: figures(1500, 2048 * mebibyte),
  pods: all.map(({ metadata }) => ({
    podRef: { name: metadata.name, namespace: metadata.namespace, uid: metadata.uid },
    containers: [{ name: 'c', ...figures(900, 64 * mebibyte) }],
  })),
});
const labels = { app: 'web' };
const web: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] },
    },
  },
};
const autoscaler: HorizontalPodAutoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    maxReplicas: 9,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
  },
};

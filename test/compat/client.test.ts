/** The client, the informer and the scheduler against the API server itself, over TLS and with the real identities. */
import assert from 'node:assert/strict';
import { systemClock } from '../../api/clock.js';
import type { ConfigMap, KubeObject, Node, Pod } from '../../api/types.js';
import { causeHeader as serversCauseHeader } from '../../apiserver/contracts.js';
import { startTestCluster, type TestCluster } from '../../apiserver/testing/cluster.js';
import type { Resource, Selection } from '../../client/client.js';
import { type Informer, startInformer } from '../../client/informer/informer.js';
import { loadKubeconfig } from '../../client/kubeconfig.js';
import { configMaps, events, nodes, pods, serviceAccounts } from '../../client/resources.js';
import { causeHeader, connect, type RestClient } from '../../client/rest/index.js';
import { EventRecorder } from '../../client/runtime/events.js';
import { silentLog } from '../../client/testing/log.js';
import { serviceAccountClient } from '../../client/token.js';
import { startScheduler } from '../../scheduler/main.js';

const namespace = 'default';
const map = (name: string, labels: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels },
});
const pod = (name: string, cpu = '100m'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { containers: [{ name: 'c', image: 'busybox', resources: { requests: { cpu } } }] },
});

/** Resolves once `holds` does; looks at it after each thing that the informer tells. */
async function when(informer: Pick<Informer, 'onProgress'>, holds: () => boolean): Promise<void> {
  await new Promise<void>(resolve => {
    const look = (): void => {
      if (!holds()) return;
      stop();
      resolve();
    };
    const stop = informer.onProgress(look);
    look();
  });
}

describe('the client against the API server', function () {
  this.timeout(20_000);
  let cluster: TestCluster;
  let admin: RestClient;
  let stop: AbortController;

  before(async () => {
    cluster = await startTestCluster();
    admin = connect(loadKubeconfig({ path: cluster.pki.kubeconfig.admin }));
  });
  after(async () => {
    await admin.close();
    await cluster.remove();
  });
  beforeEach(() => {
    stop = new AbortController();
  });
  afterEach(() => stop.abort());

  const follow = <T extends KubeObject>(resource: Resource<T>, selection: Selection = {}): Informer<T> =>
    startInformer({
      client: admin,
      resource,
      selection,
      clock: systemClock,
      random: Math.random,
      log: silentLog,
      signal: stop.signal,
    });

  it('both sides mean the same header by the cause', () => assert.equal(causeHeader, serversCauseHeader));

  it('an informer follows creations, updates that leave its selection, and deletions', async () => {
    const informer = follow(configMaps, { namespace, labelSelector: 'app=web' });
    await informer.synced;
    const told: string[] = [];
    informer.onChange(({ before, now }) => told.push(`${before?.metadata.name ?? ''}>${now?.metadata.name ?? ''}`));
    const held = (): string[] => informer.list().map(one => one.metadata.name ?? '');
    const one = await admin.create(configMaps, map('one', { app: 'web' }));
    await admin.create(configMaps, map('other', { app: 'db' }));
    await admin.create(configMaps, map('two', { app: 'web' }));
    await when(informer, () => held().length === 2);
    await admin.update(configMaps, { ...one, metadata: { ...one.metadata, labels: {} } });
    await admin.delete(configMaps, { namespace, name: 'two' });
    await when(informer, () => held().length === 0);
    assert.deepEqual(told, ['>one', '>two', 'one>', 'two>']);
  });

  it('what it holds is what a list says, page by page', async () => {
    await Promise.all(Array.from({ length: 60 }, (_, i) => admin.create(configMaps, map(`page-${i}`))));
    const informer = follow(configMaps);
    await informer.synced;
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = await admin.list(configMaps, { limit: 7, ...(token ? { continue: token } : {}) });
      names.push(...page.items.map(item => item.metadata.name ?? ''));
      token = page.metadata.continue;
    } while (token);
    assert.deepEqual(
      informer
        .list()
        .map(item => item.metadata.name)
        .sort(),
      names.sort(),
    );
  });

  it('errors are the Statuses that the server means', async () => {
    const name = { namespace, name: 'absent' };
    await assert.rejects(admin.get(configMaps, name), {
      name: 'StatusError',
      message: 'configmaps "absent" not found',
    });
    const stale = await admin.create(configMaps, map('stale'));
    await admin.update(configMaps, { ...stale, data: { a: 'b' } });
    await assert.rejects(admin.update(configMaps, stale), (error: { reason?: string }) => error.reason === 'Conflict');
  });

  it('events are stored as they are reported, and counted up', async () => {
    const client = admin;
    const recorder = new EventRecorder({ client, component: 'test', clock: systemClock, log: silentLog });
    const about = await admin.create(configMaps, map('about'));
    for (let i = 0; i < 3; i++) recorder.event(about, 'Normal', 'Tested', 'it was tested');
    await recorder.close();
    const { items } = await admin.list(events, { namespace, fieldSelector: 'involvedObject.name=about' });
    assert.deepEqual(
      items.map(({ count, reason, type }) => [type, reason, count]),
      [['Normal', 'Tested', 3]],
    );
  });

  it('a client acts as its ServiceAccount, which it makes, and has only its rights', async () => {
    const client = serviceAccountClient(admin.connection, {
      client: admin,
      name: 'lowly-controller',
      clock: systemClock,
      log: silentLog,
    });
    await assert.rejects(
      client.list(configMaps, { namespace }),
      /User "system:serviceaccount:kube-system:lowly-controller" cannot list resource "configmaps"/,
    );
    await client.close();
  });

  const tooLarge =
    '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';

  it('the scheduler binds pods with the rights it has, and says why it cannot', async () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
    await admin.create(serviceAccounts, account);
    const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: {} };
    const made = await admin.create(nodes, node);
    const allocatable = { cpu: '1', memory: '1Gi', pods: '10' };
    await admin.update(nodes, { ...made, status: { allocatable, capacity: allocatable } }, { subresource: 'status' });
    const ready = await admin.get(nodes, { name: 'n1' });
    await admin.update(nodes, { ...ready, spec: { ...ready.spec, taints: [] } });

    const kubeconfig = cluster.pki.kubeconfig.scheduler;
    const scheduler = await startScheduler({ kubeconfig, identity: 'test', log: silentLog, clock: systemClock });
    try {
      const informer = follow(pods, { namespace });
      await informer.synced;
      const get = (name: string): Pod | undefined => informer.get({ namespace, name });
      const condition = (name: string) => get(name)?.status?.conditions?.find(c => c.type === 'PodScheduled');
      await admin.create(pods, pod('fits'));
      await when(informer, () => get('fits')?.spec?.nodeName !== undefined);
      assert.equal(get('fits')?.spec?.nodeName, 'n1');
      assert.equal(condition('fits')?.status, 'True');
      await admin.create(pods, pod('large', '5'));
      await when(informer, () => condition('large') !== undefined);
      assert.equal(condition('large')?.reason, 'Unschedulable');
      assert.equal(condition('large')?.message, tooLarge);
    } finally {
      await scheduler.stop();
    }
    const { items } = await admin.list(events, { namespace, fieldSelector: 'involvedObject.kind=Pod' });
    assert.deepEqual(items.map(({ message, source }) => `${source?.component}: ${message}`).sort(), [
      `default-scheduler: ${tooLarge}`,
      'default-scheduler: Successfully assigned default/fits to n1',
    ]);
  });
});

import assert from 'node:assert/strict';
import { statusError } from '../api/status.js';
import { events, nodes, persistentVolumeClaims, persistentVolumes, pods, storageClasses } from '../client/resources.js';
import { EventRecorder } from '../client/runtime/events.js';
import { ManualClock } from '../client/testing/clock.js';
import { silentLog } from '../client/testing/log.js';
import { MemoryApi } from '../client/testing/memory-api.js';
import { attemptAnnotation, type FailedAttempt } from './failed-attempt.js';
import { Scheduler } from './scheduler.js';
import { node, type PodWords, pod } from './testing/objects.js';

describe('Scheduler', () => {
  let clock: ManualClock;
  let api: MemoryApi;
  let stop: AbortController;
  let done: Promise<void>;
  let recorder: EventRecorder;

  const start = (): void => {
    recorder = new EventRecorder({ client: api, component: 'default-scheduler', clock, log: silentLog });
    const options = {
      client: api,
      eventsOf: () => recorder,
      clock,
      random: () => 0,
      log: silentLog,
      signal: stop.signal,
    };
    done = new Scheduler(options).run();
  };
  const create = async (words: PodWords): Promise<void> => {
    await api.create(pods, pod(words));
  };
  const nodeOf = async (name: string): Promise<string | undefined> =>
    (await api.get(pods, { namespace: 'default', name })).spec?.nodeName;
  /** Of a class whose volumes wait for a pod. */
  const claimThatWaits = async (provisioner: string): Promise<void> => {
    await api.create(storageClasses, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'slow' },
      provisioner,
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    await api.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'default' },
      spec: { storageClassName: 'slow', resources: { requests: { storage: '1Gi' } } },
    });
  };
  const said = async (): Promise<string[]> => {
    await recorder.flush();
    return (await api.list(events)).items.map(e => `${e.type} ${e.reason} ${e.message} x${e.count}`);
  };

  beforeEach(() => {
    clock = new ManualClock();
    api = new MemoryApi(() => clock.now());
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await clock.advance(0);
    await done;
    assert.equal(clock.sleeping, 0, 'nothing is left waiting');
  });

  it('binds a pod as soon as it is there, says so, and sends the cause', async () => {
    await api.create(nodes, node({ name: 'n1' }));
    start();
    await clock.advance(0);
    await create({ name: 'web' });
    await clock.advance(0);
    assert.equal(await nodeOf('web'), 'n1');
    assert.deepEqual(await said(), ['Normal Scheduled Successfully assigned default/web to n1 x1']);
    const binding = api.writes.find(write => write.subresource === 'binding');
    assert.equal(binding?.cause, 'scheduler default/web <- Pod default/web ADDED @3');
  });

  it('decides on what it has just decided, not on what the server has shown yet', async () => {
    await api.create(nodes, node({ name: 'n1', cpu: '2' }));
    for (const name of ['a', 'b', 'c']) await create({ name, cpu: '1' });
    start();
    await clock.advance(0);
    assert.deepEqual([await nodeOf('a'), await nodeOf('b'), await nodeOf('c')], ['n1', 'n1', undefined]);
  });

  it('says why not, in event and condition, and tries again when there is room', async () => {
    await api.create(nodes, node({ name: 'n1', cpu: '1' }));
    await create({ name: 'first', cpu: '1' });
    start();
    await clock.advance(0);
    await create({ name: 'second', cpu: '1' });
    await clock.advance(0);
    const message =
      '0/1 nodes are available: 1 Insufficient cpu. ' +
      'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';
    assert.ok((await said()).includes(`Warning FailedScheduling ${message} x1`));
    const [condition] = (await api.get(pods, { namespace: 'default', name: 'second' })).status?.conditions ?? [];
    assert.equal(condition?.message, message);
    await clock.advance(60_000);
    assert.equal((await said()).filter(s => s.includes('FailedScheduling')).length, 1, 'its own report wakes nothing');
    await api.delete(pods, { namespace: 'default', name: 'first' });
    await clock.advance(0);
    assert.equal(await nodeOf('second'), 'n1');
  });

  it('tells in the event what each predicate said of each node', async () => {
    await api.create(nodes, node({ name: 'n1', cpu: '1', labels: { disk: 'ssd' } }));
    await api.create(nodes, node({ name: 'n2', unschedulable: true }));
    await create({ name: 'web', cpu: '2', nodeSelector: { disk: 'ssd' } });
    start();
    await clock.advance(0);
    await recorder.flush();
    const [event] = (await api.list(events)).items;
    const attempt = JSON.parse(event?.metadata.annotations?.[attemptAnnotation] ?? '') as FailedAttempt;
    const noAffinity = "node(s) didn't match Pod's node affinity/selector";
    assert.deepEqual(attempt.refusals, [
      { nodes: ['n1'], by: { NodeResourcesFit: ['Insufficient cpu'] } },
      { nodes: ['n2'], by: { NodeUnschedulable: ['node(s) were unschedulable'], NodeAffinity: [noAffinity] } },
    ]);
    assert.deepEqual([attempt.attempt, attempt.nodes, attempt.others], [1, 2, []]);
  });

  it('makes room for what matters more: victims are told why, the promise is kept, and then the pod comes', async () => {
    await api.create(nodes, node({ name: 'n1', cpu: '2' }));
    for (const [name, priority] of [
      ['low', 1],
      ['lower', 0],
    ] as const) {
      await api.create(pods, {
        ...pod({ name, cpu: '1', priority, nodeName: 'n1' }),
        metadata: { name, namespace: 'default', finalizers: ['test/slow'] },
      });
    }
    await create({ name: 'high', cpu: '1', priority: 10 });
    start();
    await clock.advance(0);
    const high = await api.get(pods, { namespace: 'default', name: 'high' });
    assert.equal(high.status?.nominatedNodeName, 'n1');
    assert.equal(high.spec?.nodeName, undefined);
    const lower = await api.get(pods, { namespace: 'default', name: 'lower' });
    assert.ok(lower.metadata.deletionTimestamp);
    const { type, reason, message } = lower.status?.conditions?.[0] ?? {};
    assert.deepEqual([type, reason], ['DisruptionTarget', 'PreemptionByScheduler']);
    assert.equal(message, 'default-scheduler: preempting to accommodate a higher priority pod');
    assert.equal((await api.get(pods, { namespace: 'default', name: 'low' })).metadata.deletionTimestamp, undefined);
    assert.ok((await said()).includes(`Normal Preempted Preempted by pod ${high.metadata.uid} on node n1 x1`));
    await create({ name: 'thief', cpu: '1', priority: 5 });
    await clock.advance(2000);
    await api.update(pods, { ...lower, metadata: { ...lower.metadata, finalizers: [] } });
    await clock.advance(2000);
    assert.equal(await nodeOf('high'), 'n1');
    assert.equal(await nodeOf('thief'), undefined);
  });

  it('asks nobody to go for a pod that does not want that, and says so', async () => {
    await api.create(nodes, node({ name: 'n1', cpu: '1' }));
    await create({ name: 'low', cpu: '1', nodeName: 'n1' });
    await create({ name: 'high', cpu: '1', priority: 10, preemptionPolicy: 'Never' });
    start();
    await clock.advance(0);
    assert.match(
      (await said()).join(),
      /1 Insufficient cpu\. preemption: not eligible due to preemptionPolicy=Never\. x1$/,
    );
    assert.ok(!api.writes.some(({ verb }) => verb === 'delete'));
  });

  it('a pod that finished makes room as well', async () => {
    await api.create(nodes, node({ name: 'n1', cpu: '1' }));
    await create({ name: 'job', cpu: '1', nodeName: 'n1' });
    await create({ name: 'next', cpu: '1' });
    start();
    await clock.advance(5000);
    assert.equal(await nodeOf('next'), undefined);
    const job = await api.get(pods, { namespace: 'default', name: 'job' });
    await api.update(pods, { ...job, status: { phase: 'Succeeded' } }, { subresource: 'status' });
    await clock.advance(0);
    assert.equal(await nodeOf('next'), 'n1');
  });

  it('places waiting pods when the first node comes, and when one becomes ready', async () => {
    await create({ name: 'web' });
    start();
    await clock.advance(2000);
    assert.deepEqual(await said(), ['Warning FailedScheduling no nodes available to schedule pods x1']);
    const taints = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
    await api.create(nodes, node({ name: 'n1', taints }));
    await clock.advance(5000);
    assert.equal(await nodeOf('web'), undefined);
    const current = await api.get(nodes, { name: 'n1' });
    await api.update(nodes, { ...current, spec: {} });
    await clock.advance(0);
    assert.equal(await nodeOf('web'), 'n1');
  });

  it('leaves gated pods alone until their gates are gone', async () => {
    await api.create(nodes, node({ name: 'n1' }));
    await create({ name: 'web', schedulingGates: [{ name: 'wait' }] });
    start();
    await clock.advance(10_000);
    assert.equal(await nodeOf('web'), undefined);
    assert.deepEqual(await said(), []);
    const current = await api.get(pods, { namespace: 'default', name: 'web' });
    await api.update(pods, { ...current, spec: { containers: [] } });
    await clock.advance(0);
    assert.equal(await nodeOf('web'), 'n1');
  });

  it('does not place as if it had not asked a pod that asks for what is not supported', async () => {
    await api.create(nodes, node({ name: 'n1' }));
    await create({ name: 'web', resourceClaims: [{ name: 'gpu' }] });
    start();
    await clock.advance(10_000);
    assert.equal(await nodeOf('web'), undefined);
    assert.deepEqual(await said(), ['Warning FailedScheduling this scheduler does not support resource claims. x1']);
  });

  it('has the volume of a claim that waited chosen with the node, and binds the pod when the claim is bound', async () => {
    await api.create(nodes, node({ name: 'n1' }));
    await claimThatWaits('csi.x');
    await create({ name: 'db', volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] });
    start();
    await clock.advance(1000);
    const claim = await api.get(persistentVolumeClaims, { namespace: 'default', name: 'data' });
    assert.equal(claim.metadata.annotations?.['volume.kubernetes.io/selected-node'], 'n1');
    assert.equal(await nodeOf('db'), undefined);
    claim.metadata.annotations = { ...claim.metadata.annotations, 'pv.kubernetes.io/bind-completed': 'yes' };
    await api.update(persistentVolumeClaims, { ...claim, spec: { ...claim.spec, volumeName: 'v' } });
    await clock.advance(1000);
    assert.equal(await nodeOf('db'), 'n1');
  });

  it('places a pod anew whose volume could not be made', async () => {
    await api.create(nodes, node({ name: 'n1' }));
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'v' },
      spec: { capacity: { storage: '1Gi' }, accessModes: [], storageClassName: 'slow' },
    };
    await api.create(persistentVolumes, claim);
    await claimThatWaits('kubernetes.io/no-provisioner');
    let failing = 1;
    api.fault = (verb, resource) => {
      if (verb === 'update' && resource === 'persistentvolumes' && failing-- > 0)
        throw statusError('Conflict', 'changed');
    };
    await create({ name: 'db', volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] });
    start();
    await clock.advance(500);
    assert.match((await said()).join(), /running PreBind plugin "VolumeBinding": changed/);
    await clock.advance(1000);
    const volume = await api.get(persistentVolumes, { name: 'v' });
    assert.equal(volume.spec?.claimRef?.name, 'data');
    assert.equal(volume.metadata.annotations?.['pv.kubernetes.io/bound-by-controller'], 'yes');
  });

  it('a pod that makes no sense does not keep the others waiting', async () => {
    await api.create(nodes, node({ name: 'n1' }));
    const labelSelector = { matchExpressions: [{ key: 'a', operator: 'Resembles' }] };
    const constraint = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector };
    await create({ name: 'odd', priority: 1, topologySpreadConstraints: [constraint] });
    await create({ name: 'web' });
    start();
    await clock.advance(0);
    assert.equal(await nodeOf('web'), 'n1');
    assert.equal(await nodeOf('odd'), undefined);
    assert.equal((await said()).filter(s => s.startsWith('Warning FailedScheduling')).length, 1);
  });

  it('does without what an older server does not have, or does not let it read', async () => {
    api.fault = (verb, resource) => {
      if (verb !== 'list') return;
      if (resource === 'poddisruptionbudgets') throw statusError('NotFound', 'no such kind');
      if (resource === 'namespaces') throw statusError('Forbidden', 'not for you');
    };
    await api.create(nodes, node({ name: 'n1' }));
    await create({ name: 'web' });
    start();
    await clock.advance(0);
    assert.equal(await nodeOf('web'), 'n1');
  });

  it('tries a failed binding again, and gives its room back meanwhile', async () => {
    await api.create(nodes, node({ name: 'n1', cpu: '1' }));
    let failing = 1;
    api.fault = (verb, resource) => {
      if (verb === 'post' && resource === 'pods' && failing-- > 0) throw statusError('InternalError', 'broken');
    };
    await create({ name: 'web', cpu: '1' });
    start();
    await clock.advance(999);
    assert.equal(await nodeOf('web'), undefined);
    assert.deepEqual(await said(), ['Warning FailedScheduling binding rejected: broken x1']);
    await clock.advance(1);
    assert.equal(await nodeOf('web'), 'n1');
  });

  it('places a pod again whose binding was taken and yet never shows', async () => {
    await api.create(nodes, node({ name: 'n1' }));
    let lost = 1;
    const { post } = api;
    api.post = ((...args: Parameters<MemoryApi['post']>) =>
      lost-- > 0 ? Promise.resolve(args[3]) : post.apply(api, args)) as MemoryApi['post'];
    await create({ name: 'web' });
    start();
    await clock.advance(20_000);
    assert.equal(await nodeOf('web'), undefined);
    await clock.advance(20_000);
    assert.equal(await nodeOf('web'), 'n1');
  });

  it('binds many side by side', async () => {
    for (const name of ['n1', 'n2', 'n3']) await api.create(nodes, node({ name, cpu: '100', pods: '200' }));
    for (let i = 0; i < 300; i++) await create({ name: `p${i}`, owner: 'rc', cpu: '10m' });
    start();
    await clock.advance(0);
    await clock.advance(0);
    const placed = (await api.list(pods)).items.map(p => p.spec?.nodeName);
    for (const name of ['n1', 'n2', 'n3']) assert.equal(placed.filter(on => on === name).length, 100);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Pod } from '../../api/types.js';
import { leases, nodes, pods } from '../../client/resources.js';
import { ManualClock } from '../../client/testing/clock.js';
import { silentLog } from '../../client/testing/log.js';
import { PodsApi } from '../test/pods-api.js';
import { PodAddresses } from './addresses.js';
import { runHollow } from './main.js';
import { isSilent } from './nodes.js';
import { readScript } from './read-script.js';
import { annotationPrefix, defaultScript, type HollowScript, lifeOf, parseDuration } from './script.js';
import { advance, dueAt, firstStage } from './stage.js';

const script: HollowScript = {
  ...defaultScript,
  start: [1000, 1000],
  ready: [500, 500],
  stop: [300, 300],
  run: [2000, 2000],
  restart: [700, 700],
};

const pod = (name: string, annotations: Record<string, string> = {}, spec: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'default',
    annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [annotationPrefix + key, value])),
  },
  spec: { nodeName: 'hollow-0', containers: [{ name: 'c', image: 'i:1' }], ...spec },
});

describe('hollow nodes', () => {
  let clock: ManualClock;
  let api: PodsApi;
  let running: { stop(): Promise<void> } | undefined;
  const start = (count: number, own: HollowScript = script): void => {
    running = runHollow(api, { clock, count, script: own, log: silentLog });
  };
  const podNow = (name: string): Promise<Pod> => api.get(pods, { namespace: 'default', name });
  const told = async (name: string): Promise<string> => {
    const { status } = await podNow(name);
    const [container] = status?.containerStatuses ?? [];
    const state = Object.keys(container?.state ?? {})[0];
    return `${status?.phase} ${state} ${container?.ready ? 'ready' : 'not ready'} x${container?.restartCount}`;
  };
  beforeEach(() => {
    clock = new ManualClock();
    api = new PodsApi();
  });
  afterEach(async () => {
    const stopped = running?.stop();
    await clock.advance(0);
    await stopped;
    running = undefined;
    assert.equal(clock.sleeping, 0, 'nothing is left waiting');
  });

  it('register, are Ready, and keep their leases', async () => {
    start(3);
    await clock.advance(25_000);
    const { items } = await api.list(nodes);
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['hollow-0', 'hollow-1', 'hollow-2'],
    );
    for (const node of items) {
      assert.equal(node.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True');
      const { spec } = await api.get(leases, { namespace: 'kube-node-lease', name: node.metadata.name ?? '' });
      assert.ok(Date.parse(spec?.renewTime ?? '') > clock.now() - 11_000);
    }
    assert.equal(items[1]?.metadata.labels?.['topology.kubernetes.io/zone'], 'zone-1');
  });

  it('a node that is deleted comes again', async () => {
    start(1);
    await clock.advance(1000);
    await api.delete(nodes, { name: 'hollow-0' });
    await clock.advance(310_000);
    assert.equal((await api.get(nodes, { name: 'hollow-0' })).metadata.name, 'hollow-0');
  });

  it('a pod starts, is ready and goes, each after its time', async () => {
    start(1);
    await api.create(pods, pod('web'));
    await clock.advance(999);
    assert.equal(await told('web'), 'Pending waiting not ready x0');
    await clock.advance(1);
    assert.equal(await told('web'), 'Running running not ready x0');
    await clock.advance(500);
    assert.equal(await told('web'), 'Running running ready x0');
    const { status } = await podNow('web');
    assert.equal(status?.podIP, '100.64.0.2');
    assert.equal(status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True');
    const writes = api.writes.filter(({ resource }) => resource === 'pods').length;
    await clock.advance(60_000);
    assert.equal(api.writes.filter(({ resource }) => resource === 'pods').length, writes, 'nothing is said twice');
  });

  it('honours deletion after the time that a pod takes to stop', async () => {
    start(1);
    await api.create(pods, pod('web'));
    await clock.advance(2000);
    await api.delete(pods, { namespace: 'default', name: 'web' });
    await clock.advance(299);
    assert.equal((await podNow('web')).metadata.name, 'web');
    await clock.advance(1);
    await assert.rejects(podNow('web'), /not found/);
  });

  it('fails, restarts and completes as the pod says', async () => {
    start(1);
    await api.create(pods, pod('crash', { start: '1s', ready: '0ms', run: '2s', restart: '1s', 'exit-code': '3' }));
    await api.create(pods, pod('job', { start: '1s', run: '2s' }, { restartPolicy: 'Never' }));
    await clock.advance(3000);
    assert.equal(await told('crash'), 'Running waiting not ready x1');
    assert.equal((await podNow('crash')).status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 3);
    assert.equal(await told('job'), 'Succeeded terminated not ready x0');
    await clock.advance(1000);
    assert.equal(await told('crash'), 'Running running ready x1');
  });

  it('pods of other nodes are not touched', async () => {
    start(1);
    await api.create(pods, pod('other', {}, { nodeName: 'real' }));
    await clock.advance(5000);
    assert.equal((await podNow('other')).status, undefined);
  });

  it('a process that comes back goes on where the statuses are', async () => {
    start(1);
    await api.create(pods, pod('web'));
    await clock.advance(2000);
    await running?.stop();
    const before = await podNow('web');
    start(1);
    await clock.advance(5000);
    assert.deepEqual((await podNow('web')).status, before.status);
  });
});

describe('a script', () => {
  it('draws the same for the same seed and pod, within its ranges', () => {
    const wide: HollowScript = { ...defaultScript, start: [100, 900] };
    fc.assert(
      fc.property(fc.string(), fc.string(), (seed, uid) => {
        const one = { ...pod('x'), metadata: { uid } } as Pod;
        const life = lifeOf(one, { ...wide, seed });
        assert.deepEqual(lifeOf(one, { ...wide, seed }), life);
        assert.ok(life.startMs >= 100 && life.startMs <= 900);
      }),
    );
  });

  it('stages go on and end, whatever the times', () => {
    const times = fc.record({
      startMs: fc.nat(50),
      readyMs: fc.nat(50),
      stopMs: fc.nat(50),
      restartMs: fc.nat(50),
      runMs: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
      exitCode: fc.nat(2),
    });
    fc.assert(
      fc.property(times, fc.constantFrom('Always', 'OnFailure', 'Never'), (life, restartPolicy) => {
        const one = pod('x', {}, { restartPolicy });
        let stage = firstStage(one, life, 0);
        let restarts = 0;
        for (let now = 0; now <= 500; now++) {
          stage = advance(one, stage, life, now);
          assert.ok(stage.restarts >= restarts);
          restarts = stage.restarts;
          const due = dueAt(stage, life);
          assert.ok(due === undefined || due > now, 'what is due is done');
        }
        if (life.runMs !== undefined && restartPolicy === 'Never') assert.equal(stage.kind, 'ended');
        if (life.runMs === undefined) assert.equal(stage.kind, 'running');
      }),
    );
  });

  it('is read from a file, and refused by name', () => {
    assert.deepEqual(readScript(undefined), defaultScript);
    const read = readScript({
      seed: 'x',
      memory: '1Gi',
      start: '2s',
      ready: ['1s', '2s'],
      outages: [{ node: 'hollow-1', after: '1m', for: '30s' }],
    });
    assert.deepEqual([read.seed, read.memoryBytes, read.start, read.ready], ['x', 2 ** 30, [2000, 2000], [1000, 2000]]);
    assert.deepEqual(read.outages, [{ node: 'hollow-1', afterMs: 60_000, forMs: 30_000 }]);
    const wrong: [unknown, RegExp][] = [
      [[], /a script is an object/],
      [{ speed: 1 }, /there is no field "speed"/],
      [{ start: 'soon' }, /start should be a duration/],
      [{ start: ['2s', '1s'] }, /start should be a duration, or two/],
      [{ failing: 2 }, /failing should be a number from 0 to 1/],
      [{ memory: 'much' }, /memory should be a quantity/],
      [{ outages: [{ node: 'x' }] }, /outages should be a duration/],
    ];
    for (const [value, message] of wrong) assert.throws(() => readScript(value), message);
  });

  it('knows when a node is silent, and what a duration is', () => {
    const own = { ...defaultScript, outages: [{ node: 'a', afterMs: 10, forMs: 5 }] };
    assert.deepEqual(
      [9, 10, 14, 15].map(at => isSilent('a', own, at)),
      [false, true, true, false],
    );
    assert.ok(!isSilent('b', own, 12));
    assert.deepEqual(['500ms', '1.5m', '2 s', 'x', undefined].map(parseDuration), [
      500,
      90_000,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('gives each pod of a node an address of its own, and takes it back', () => {
    const addresses = new PodAddresses(300);
    const given = Array.from({ length: 253 }, (_, i) => addresses.of(`u${i}`));
    assert.equal(new Set(given).size, 253);
    assert.ok(given.every(ip => ip.startsWith('100.65.44.')));
    addresses.release('u7');
    assert.equal(addresses.of('new'), given[7]);
    assert.equal(addresses.of('u9'), given[9]);
    assert.equal(new PodAddresses(0).of('known', '100.64.0.77'), '100.64.0.77');
  });
});

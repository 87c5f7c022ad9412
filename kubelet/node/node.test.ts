import assert from 'node:assert/strict';
import { pino } from 'pino';
import { leases, nodes } from '../../client/resources.js';
import { ManualClock, settled } from '../../client/testing/clock.js';
import type { Cri } from '../cri/cri.js';
import type { Image } from '../cri/types.js';
import { type Pressure, type Threshold, usualThresholds } from '../eviction/thresholds.js';
import { PodsApi } from '../test/pods-api.js';
import { nodeConditions } from './conditions.js';
import { nodeImages } from './images.js';
import { keepLease, leaseOf } from './lease.js';
import type { Machine } from './machine.js';
import { readLoad, readMachine } from './machine.js';
import { allocatable, capacity, type NodeFacts, newNode, nodeStatus } from './node.js';
import { keepStatus, register } from './registration.js';

const machine: Machine = {
  hostname: 'h',
  architecture: 'amd64',
  cpus: 2,
  memoryBytes: 4 * 1024 ** 3,
  diskBytes: 100 * 1024 ** 3,
  kernelVersion: '6.1',
  osImage: 'Debian',
  machineID: 'm',
  systemUUID: 's',
  selinux: false,
  apparmor: false,
  bootID: 'b',
};
const facts: NodeFacts = {
  name: 'n1',
  ip: '10.0.0.1',
  podCidr: '10.244.1.0/24',
  port: 10250,
  machine,
  thresholds: usualThresholds,
  runtimeVersion: 'containerd://1.6',
};
const now = Date.UTC(2026, 0, 1);

describe("the node's conditions", () => {
  const cases: [string, Pressure[], string[], string][] = [
    ['all is well', [], [], 'Ready'],
    ['memory is short', ['MemoryPressure'], [], 'MemoryPressure Ready'],
    ['the disk is full', ['DiskPressure'], [], 'DiskPressure Ready'],
    ['processes are many', ['PIDPressure'], [], 'PIDPressure Ready'],
    ['the network is not there', [], ['cni plugin not initialized'], ''],
  ];
  for (const [what, pressures, problems, expected] of cases) {
    it(what, () => {
      const conditions = nodeConditions([], { pressures, problems }, now);
      assert.equal(
        conditions
          .filter(c => c.status === 'True')
          .map(c => c.type)
          .join(' '),
        expected,
      );
    });
  }
  it('keep the time of their last change', () => {
    const before = nodeConditions([], { pressures: [], problems: [] }, now);
    const later = nodeConditions(before, { pressures: [], problems: ['x'] }, now + 60_000);
    const times = Object.fromEntries(later.map(c => [c.type, c.lastTransitionTime]));
    assert.equal(times.MemoryPressure, '2026-01-01T00:00:00Z');
    assert.equal(times.Ready, '2026-01-01T00:01:00Z');
    assert.ok(later.every(c => c.lastHeartbeatTime === '2026-01-01T00:01:00Z'));
  });
});

describe('the Node', () => {
  it('tells what the machine has, and what of it pods may use', () => {
    assert.deepEqual(capacity(machine), {
      cpu: '2',
      memory: '4194304Ki',
      'ephemeral-storage': '104857600Ki',
      pods: '110',
    });
    assert.equal(allocatable(machine, usualThresholds).memory, '4091904Ki');
    assert.equal(newNode(facts).metadata.labels?.['kubernetes.io/hostname'], 'n1');
    assert.deepEqual(newNode(facts).spec?.podCIDRs, ['10.244.1.0/24']);
    assert.deepEqual(nodeStatus(facts).addresses, [
      { type: 'InternalIP', address: '10.0.0.1' },
      { type: 'Hostname', address: 'n1' },
    ]);
  });
  it('lets pods have what somebody has written into its capacity, as long as it stands there', () => {
    const { capacity, allocatable } = nodeStatus(facts, {
      capacity: { cpu: '64', 'example.com/licence': '5' },
      allocatable: { cpu: '64', 'example.com/gone': '1' },
    });
    assert.deepEqual([capacity?.cpu, capacity?.['example.com/licence']], ['2', '5']);
    const { 'example.com/licence': licences, 'example.com/gone': gone } = allocatable ?? {};
    assert.deepEqual([allocatable?.cpu, licences, gone], ['2', '5', null]);
  });
  it('keeps for itself what a pod would have to go for', () => {
    const soft: Threshold = { signal: 'memory.available', least: { amount: 2 ** 30 }, graceMs: 1000 };
    const of = (...thresholds: Threshold[]) => allocatable(machine, thresholds);
    assert.deepEqual([of(soft).memory, of(soft)['ephemeral-storage']], ['4194304Ki', String(100 * 1024 ** 3)]);
    assert.equal(of(soft, { signal: 'memory.available', least: { part: 0.25 } }).memory, '3145728Ki');
    assert.equal(
      of({ signal: 'nodefs.available', least: { amount: 2 ** 30 } })['ephemeral-storage'],
      String(99 * 1024 ** 3),
    );
  });
  it('is read from this machine', async () => {
    const here = await readMachine('/');
    assert.ok(here.cpus >= 1 && here.memoryBytes > 1e6 && here.diskBytes > 1e6 && here.bootID !== '');
    const busy = await readLoad();
    assert.ok(busy.memoryAvailableBytes > 0 && busy.processes > 0);
  });
});

describe('the registration', () => {
  const setUp = (ready: () => boolean) => {
    const clock = new ManualClock(now);
    const api = new PodsApi();
    const stop = new AbortController();
    const cri = {
      listImages: async () => [{ id: 'sha256:1', repoDigests: [], repoTags: ['i:1'], size: 7 }],
      status: async () => [{ type: 'NetworkReady', status: ready(), reason: '', message: ready() ? '' : 'no network' }],
    } as unknown as Cri;
    const log = pino({ level: 'silent' });
    let near = false;
    let news = (): void => {};
    const onNews = (listener: () => void): void => {
      news = listener;
    };
    const shutDown = (): void => {
      near = true;
      news();
    };
    const options = {
      facts,
      cri,
      client: api,
      clock,
      log,
      pressures: () => [],
      isShuttingDown: () => near,
      onNews,
      signal: stop.signal,
    };
    const readyNow = async () =>
      (await api.get(nodes, { name: 'n1' })).status?.conditions?.find(c => c.type === 'Ready')?.status;
    /** Real time passes: the machine's files are read. */
    const until = async (wanted: string): Promise<void> => {
      for (const end = Date.now() + 30_000; (await readyNow()) !== wanted; ) {
        assert.ok(Date.now() < end, `Ready is not ${wanted}`);
        await new Promise(resolve => setTimeout(resolve, 2));
      }
    };
    return { clock, api, stop, options, until, shutDown };
  };

  it('is tried until the API is there, and keeps what is there from before', async () => {
    const { clock, api, options } = setUp(() => true);
    api.fault = () => {
      throw new Error('away');
    };
    const registering = register(options);
    await clock.advance(5_000);
    api.fault = () => {};
    await clock.advance(1_000);
    assert.equal((await registering)?.metadata.name, 'n1');
    await api.patch(nodes, { name: 'n1' }, 'merge', { metadata: { labels: { mine: 'x', 'kubernetes.io/os': 'odd' } } });
    const again = await register(options);
    assert.equal(again?.metadata.labels?.mine, 'x');
    assert.equal(again?.metadata.labels?.['kubernetes.io/os'], 'linux');
  });

  it('says Ready as soon as it is so, and says it again when others say otherwise', async () => {
    let ready = false;
    const { clock, api, stop, options, until } = setUp(() => ready);
    await register(options);
    const keeping = keepStatus(options);
    await until('False');
    assert.deepEqual((await api.get(nodes, { name: 'n1' })).status?.images, [{ names: ['i:1'], sizeBytes: 7 }]);
    ready = true;
    await clock.advance(1_000);
    await until('True');
    const conditions = [{ type: 'Ready', status: 'Unknown' }];
    await api.patch(nodes, { name: 'n1' }, 'strategic', { status: { conditions } });
    await clock.advance(10_000);
    await until('True');
    const writes = api.writes.length;
    await clock.advance(10_000);
    assert.equal(api.writes.length, writes, 'what is the same is not written again');
    stop.abort();
    await keeping;
  });

  it('tells of what somebody has given the node, once, and forgets it with them', async () => {
    const { clock, api, stop, options, until } = setUp(() => true);
    await register(options);
    const keeping = keepStatus(options);
    await until('True');
    const write = (capacity: object) => api.patch(nodes, { name: 'n1' }, 'strategic', { status: { capacity } });
    const licences = async () => (await api.get(nodes, { name: 'n1' })).status?.allocatable?.['example.com/licence'];
    for (const amount of ['5', undefined]) {
      await write({ 'example.com/licence': amount ?? null });
      await clock.advance(10_000);
      for (const end = Date.now() + 30_000; (await licences()) !== amount; ) {
        assert.ok(Date.now() < end, `allocatable is not ${amount}`);
        await new Promise(resolve => setTimeout(resolve, 2));
      }
      const writes = api.writes.length;
      await clock.advance(10_000);
      assert.equal(api.writes.length, writes, 'what is the same is not written again');
    }
    stop.abort();
    await keeping;
  });

  it('says at once that the machine shuts down', async () => {
    const { api, stop, options, until, shutDown } = setUp(() => true);
    await register(options);
    const keeping = keepStatus(options);
    await until('True');
    shutDown();
    await until('False');
    const { status } = await api.get(nodes, { name: 'n1' });
    const ready = status?.conditions?.find(c => c.type === 'Ready');
    assert.deepEqual([ready?.reason, ready?.message], ['KubeletNotReady', 'node is shutting down']);
    stop.abort();
    await keeping;
  });
});

describe("the node's images", () => {
  const image = (id: string, size: number, repoTags: string[] = [], repoDigests: string[] = []): Image =>
    ({ id, size, repoTags, repoDigests }) as unknown as Image;
  it('are told with their names, the largest first, and not without end', () => {
    const names = ['t1', 't2', 't3', 't4', 't5'];
    assert.deepEqual(nodeImages([image('a', 1), image('b', 2, names, ['d1'])]), [
      { names: ['d1', 't1', 't2', 't3', 't4'], sizeBytes: 2 },
      { names: [], sizeBytes: 1 },
    ]);
    assert.equal(nodeImages(Array.from({ length: 60 }, (_, i) => image(`${i}`, i))).length, 50);
  });
});

describe('the lease', () => {
  it('belongs to its node, and keeps what others have put on it', () => {
    const node = { ...newNode(facts), metadata: { name: 'n1', uid: 'u' } };
    const lease = leaseOf(node, undefined, now);
    assert.equal(lease.spec?.renewTime, '2026-01-01T00:00:00.000000Z');
    assert.equal(lease.metadata.ownerReferences?.[0]?.uid, 'u');
    const before = { ...lease, metadata: { ...lease.metadata, labels: { a: 'b' } } };
    assert.deepEqual(leaseOf(node, before, now + 1).metadata.labels, { a: 'b' });
  });

  it('is renewed every ten seconds, and after somebody else has written it', async () => {
    const clock = new ManualClock(now);
    const api = new PodsApi();
    const stop = new AbortController();
    const log = pino({ level: 'silent' });
    const keeping = keepLease(newNode(facts), { client: api, clock, log, signal: stop.signal });
    const name = { namespace: 'kube-node-lease', name: 'n1' };
    const renewed = async () => (await api.get(leases, name)).spec?.renewTime;
    await settled();
    assert.equal(await renewed(), '2026-01-01T00:00:00.000000Z');
    await clock.advance(10_000);
    assert.equal(await renewed(), '2026-01-01T00:00:10.000000Z');
    await api.patch(leases, name, 'merge', { metadata: { labels: { a: 'b' } } });
    await clock.advance(11_000);
    assert.equal(await renewed(), '2026-01-01T00:00:21.000000Z');
    stop.abort();
    await keeping;
  });

  it('is renewed while it holds also when a server takes a renewal and never answers', async () => {
    const clock = new ManualClock(now);
    const api = new PodsApi();
    const stop = new AbortController();
    const log = pino({ level: 'silent' });
    const keeping = keepLease(newNode(facts), { client: api, clock, log, signal: stop.signal });
    await settled();
    const { update } = api;
    const hangs = (_resource: unknown, _object: unknown, { signal }: { signal?: AbortSignal } = {}) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
    api.update = hangs as typeof update;
    await clock.advance(19_000);
    api.update = update;
    await clock.advance(2_000);
    const lease = await api.get(leases, { namespace: 'kube-node-lease', name: 'n1' });
    assert.equal(lease.spec?.renewTime, '2026-01-01T00:00:21.000000Z');
    stop.abort();
    await keeping;
  });
});

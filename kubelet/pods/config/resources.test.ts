import assert from 'node:assert/strict';
import type { Container, Pod } from '../../../api/types.js';
import { Cgroups, cgroupSettings, cpuWeight, sumOfParts } from '../cgroups.js';
import { oomScore } from './oom-score.js';
import { qosClass } from './qos.js';
import { cpuQuota, cpuShares, linuxResources, podResources } from './resources.js';

type Amounts = Record<string, string>;
const container = (requests?: Amounts, limits?: Amounts): Container => ({
  name: 'c',
  resources: { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) },
});
const pod = (...containers: Container[]): Pod =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', uid: 'u' }, spec: { containers } }) as Pod;
const gib = 1024 ** 3;

describe('quality of service', () => {
  const full = { cpu: '1', memory: '1Gi' };
  const cases: [string, Pod, string][] = [
    ['nothing is said', pod(container()), 'BestEffort'],
    ['zero is nothing', pod(container({ cpu: '0' })), 'BestEffort'],
    ['limits alone are requests as well', pod(container(undefined, full)), 'Guaranteed'],
    ['equal in other words', pod(container({ cpu: '1000m', memory: '1024Mi' }, full)), 'Guaranteed'],
    ['requests below limits', pod(container({ cpu: '500m', memory: '1Gi' }, full)), 'Burstable'],
    ['only cpu', pod(container({ cpu: '1' }, { cpu: '1' })), 'Burstable'],
    ['one container says nothing', pod(container(undefined, full), container()), 'Burstable'],
  ];
  for (const [what, object, expected] of cases) it(what, () => assert.equal(qosClass(object), expected));
});

describe('resources for the kernel', () => {
  it('shares', () => assert.deepEqual([0, 1, 100, 1000, 1e9].map(cpuShares), [2, 2, 102, 1024, 262_144]));
  it('quota', () => assert.deepEqual([0, 1, 100, 1500].map(cpuQuota), [0, 1000, 10_000, 150_000]));
  it('weight', () => assert.deepEqual([2, 1024, 262_144].map(cpuWeight), [1, 39, 10_000]));

  it('of a class of service: what its pods have', () => {
    assert.deepEqual(
      [[], [512], [512, 1024], [200_000, 200_000]].map(parts => sumOfParts(parts, 1)),
      [2, 512, 1536, 262_144],
    );
    const weights = [2, 512, 1024].map(cpuWeight);
    assert.deepEqual(
      [[], weights.slice(1, 2), weights].map(parts => sumOfParts(parts, 2)),
      [1, 20, 58],
    );
  });

  it('of a container', () => {
    const c = container({ cpu: '100m', memory: '1Gi' }, { cpu: '500m', memory: '2Gi' });
    assert.deepEqual(linuxResources(pod(c), c, { nodeMemoryBytes: 4 * gib, cgroupVersion: 1 }), {
      cpuShares: 102,
      cpuQuota: 50_000,
      cpuPeriod: 100_000,
      memoryLimitInBytes: 2 * gib,
      oomScoreAdj: 750,
    });
  });
  it('of one that says nothing', () => {
    const c = container();
    const all = { cpuShares: 2, oomScoreAdj: 1000 };
    const on = (cgroupVersion: 1 | 2) => linuxResources(pod(c), c, { nodeMemoryBytes: gib, cgroupVersion });
    assert.deepEqual(on(1), all);
    assert.deepEqual(on(2), { ...all, unified: { 'memory.oom.group': '1' } }, 'all of its processes end together');
  });
  it('the score by which the kernel chooses whom to kill', () => {
    const scores = ({ spec }: Pod, more: object = {}): number[] => {
      const whole = { ...pod(), spec: { containers: [], ...spec, ...more } };
      return [...(whole.spec.initContainers ?? []), ...whole.spec.containers].map(c => oomScore(whole, c, gib));
    };
    const small = container({ memory: '256Mi' });
    assert.deepEqual(scores(pod(container({ memory: '1Mi' }), container({ memory: '1Gi' }), small)), [999, 3, 750]);
    assert.deepEqual(scores(pod(container(undefined, { cpu: '1', memory: '1Gi' }))), [-997]);
    assert.deepEqual(scores(pod(container()), { priorityClassName: 'system-node-critical' }), [-997]);
    const sidecar = { ...container(), name: 's', restartPolicy: 'Always' };
    assert.deepEqual(
      scores(pod(small), { initContainers: [sidecar] }),
      [750, 750],
      'as long as the one that it serves',
    );
    const shared = { resources: { requests: { memory: '768Mi' } } };
    assert.deepEqual(scores(pod(small, container()), shared), [500, 750], 'a quarter is for both of them');
  });
  it('of a container without limits, in a pod that has its own', () => {
    const limited = container(undefined, { cpu: '100m' });
    const both = pod(limited, container());
    Object.assign(both.spec ?? {}, { resources: { limits: { cpu: '1', memory: '1Gi' } } });
    const of = (c: Container) => {
      const { cpuQuota: cpu, memoryLimitInBytes: memory } = linuxResources(both, c, {
        nodeMemoryBytes: gib,
        cgroupVersion: 1,
      });
      return [cpu, memory];
    };
    assert.deepEqual(
      [of(limited), of(container())],
      [
        [10_000, gib],
        [100_000, gib],
      ],
    );
  });

  it('of a pod: sums, and limits only where all have one', () => {
    const one = container({ cpu: '500m' }, { memory: '1Gi' });
    const two = container({ cpu: '250m' }, { memory: '1Gi', cpu: '1' });
    assert.deepEqual(podResources(pod(one, two)), { shares: 768, quota: 0, period: 100_000, memory: 2 * gib });
  });
  it('of a pod: what its runtime takes besides, which makes no limit where there is none', () => {
    const of = (limits?: Amounts) => {
      const object = pod(container({ cpu: '500m', memory: '1Gi' }, limits));
      Object.assign(object.spec ?? {}, { overhead: { cpu: '250m', memory: '1Gi' } });
      return podResources(object);
    };
    assert.deepEqual(of(), { shares: 768, quota: 0, period: 100_000, memory: 0 });
    const limited = { shares: 768, quota: 125_000, period: 100_000, memory: 3 * gib };
    assert.deepEqual(of({ cpu: '1', memory: '2Gi' }), limited);
  });
  it('of a pod with sidecars: they run beside the others, and beside the init containers after them', () => {
    const limited = (memory: string, more: Partial<Container> = {}): Container => ({
      ...container({ cpu: '1' }, { memory }),
      ...more,
    });
    const object = pod(limited('1Gi'));
    const sidecar = limited('1Gi', { restartPolicy: 'Always' });
    (object.spec as NonNullable<Pod['spec']>).initContainers = [limited('1Gi'), sidecar, limited('4Gi')];
    assert.equal(podResources(object).memory, 5 * gib);
    (object.spec as NonNullable<Pod['spec']>).initContainers = [sidecar];
    assert.deepEqual(podResources(object), { shares: 2048, quota: 0, period: 100_000, memory: 2 * gib });
  });
  it('as files of cgroup v1 and v2', () => {
    const object = pod(container({ cpu: '500m' }, { memory: '1Gi', cpu: '1' }));
    assert.equal(new Cgroups().path(object), '/kubepods/burstable/podu');
    const lines = (version: 1 | 2) => cgroupSettings(object, version).map(s => `${s.controller}/${s.file}=${s.value}`);
    assert.deepEqual(lines(1), [
      'cpu/cpu.shares=512',
      'cpu/cpu.cfs_period_us=100000',
      'cpu/cpu.cfs_quota_us=100000',
      `memory/memory.limit_in_bytes=${gib}`,
    ]);
    const limited = (version: 1 | 2) => cgroupSettings(object, version, 100).filter(s => s.controller === 'pids');
    for (const version of [1, 2] as const)
      assert.deepEqual(limited(version), [{ controller: 'pids', file: 'pids.max', value: '100' }]);
    assert.deepEqual(lines(2), ['cpu/cpu.weight=20', 'cpu/cpu.max=100000 100000', `memory/memory.max=${gib}`]);
  });
});

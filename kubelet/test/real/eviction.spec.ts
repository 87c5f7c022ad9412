/** A node that runs short of something. Its machine is told to be so: the pods that it ends are real. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { Container, Pod, PodSpec } from '../../../api/types.js';
import { events, nodes, pods } from '../../../client/resources.js';
import { type Observations, type Threshold, usualThresholds } from '../../eviction/thresholds.js';
import { busybox, eventually, idle, nodeName, TestNode } from '../node.js';

describe('a node that is short of something', function () {
  this.timeout(120_000);
  let node: TestNode;
  let left: Observations = {};
  const mib = 1024 * 1024;
  const transitionMs = 3_000;
  const softGraceMs = 2_000;
  before(async () => {
    const soft: Threshold = { signal: 'memory.available', least: { amount: 200 * mib }, graceMs: softGraceMs };
    const thresholds = [...usualThresholds, soft];
    const times = { lookMs: 200, transitionMs, maxPodGraceSeconds: 30 };
    node = await TestNode.start({ eviction: { ...times, thresholds, observe: async () => left } });
  });
  afterEach(async () => {
    left = {};
    const { items } = await node.api.list(pods, { namespace: 'default' });
    await Promise.all(items.map(pod => node.delete(pod.metadata.name ?? '', 0)));
    await Promise.all(items.map(pod => node.gone(pod.metadata.name ?? '')));
    await eventually('the node takes on pods again', tryPod, phase => phase === 'Running');
  });
  after(() => node.remove());

  /** What becomes of a pod that asks for nothing. */
  const tryPod = async (): Promise<string | undefined> => {
    await node.create('try', { containers: [busybox('c', idle)] });
    const { status } = await node.until('try', 'decided on', pod => pod.status?.phase !== 'Pending');
    await node.delete('try', 0);
    await node.gone('try');
    return status?.phase;
  };
  const conditions = async (): Promise<string[]> => {
    const { status } = await node.api.get(nodes, { name: nodeName });
    return (status?.conditions ?? []).filter(c => c.status === 'True').map(c => c.type);
  };
  const eventOf = (name: string, pattern: RegExp) =>
    eventually(
      `there is an event of ${name} like ${pattern}`,
      async () => (await node.api.list(events, { namespace: 'default' })).items,
      all => all.some(e => e.involvedObject.name === name && pattern.test(`${e.reason}: ${e.message}`)),
    );
  const evicted = (name: string): Promise<Pod> =>
    node.until(name, 'evicted', pod => pod.status?.phase === 'Failed' && pod.status.reason === 'Evicted');
  const hog = (megabytes: number, more: Partial<Container> = {}): PodSpec => ({
    volumes: [{ name: 'm', emptyDir: { medium: 'Memory' } }],
    containers: [
      busybox('c', `head -c ${megabytes}000000 /dev/urandom > /m/file; touch /m/done; ${idle}`, {
        volumeMounts: [{ name: 'm', mountPath: '/m' }],
        readinessProbe: { exec: { command: ['test', '-e', '/m/done'] }, periodSeconds: 1 },
        ...more,
      }),
    ],
  });

  it('of memory: ends the pod that is furthest beyond what it asked for, and takes on no pod that asks for none', async () => {
    const asks = { resources: { requests: { memory: '128Mi' } } };
    await node.create('modest', hog(40, asks));
    await node.create('small', hog(2));
    await node.create('greedy', hog(30));
    await Promise.all(['modest', 'small', 'greedy'].map(name => node.ready(name)));
    left = { 'memory.available': { available: 50 * 1024 * 1024, capacity: 2 ** 32 } };
    const gone = await evicted('greedy');
    left = {};
    assert.match(
      gone.status?.message ?? '',
      /^The node was low on resource: memory\. Threshold quantity: 100Mi, available: 50Mi\. Container c was using \d+\w*, request is 0, has larger/,
    );
    const target = gone.status?.conditions?.find(c => c.type === 'DisruptionTarget');
    assert.deepEqual([target?.status, target?.reason], ['True', 'TerminationByKubelet']);
    await eventOf('greedy', /^Evicted: The node was low on resource: memory/);
    await eventOf(nodeName, /^EvictionThresholdMet: Attempting to reclaim memory/);
    await node.create('late', { containers: [busybox('c', idle)] });
    const late = await evicted('late');
    assert.equal(late.status?.message, 'Pod was rejected: The node had condition: [MemoryPressure]. ');
    await node.create('welcome', { containers: [busybox('c', idle, asks)] });
    await node.ready('welcome');
    for (const name of ['modest', 'small']) assert.equal((await node.get(name)).status?.phase, 'Running');
    assert.match(await node.figures.metrics(), /^kubelet_evictions\{eviction_signal="memory\.available"\} 1$/m);
  });

  it('of memory, but not badly: says so at once, waits for better times, and then leaves a pod its grace', async () => {
    const polite = "trap 'sleep 1; exit 7' TERM; while :; do sleep 1000 & wait $!; done";
    await node.create('polite', { terminationGracePeriodSeconds: 600, containers: [busybox('c', polite)] });
    await node.ready('polite');
    const began = Date.now();
    left = { 'memory.available': { available: 150 * mib, capacity: 2 ** 32 } };
    await eventually('the node has MemoryPressure', conditions, all => all.includes('MemoryPressure'));
    const gone = await evicted('polite');
    const at = node.api.statuses.find(s => s.name === 'polite' && s.phase === 'Failed')?.at ?? 0;
    assert.ok(at - began >= softGraceMs, `it was evicted after ${at - began} ms`);
    assert.match(
      gone.status?.message ?? '',
      /low on resource: memory\. Threshold quantity: 200Mi, available: 150Mi\. /,
    );
    assert.equal(gone.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 7, 'it ended by itself');
  });

  it('of disk: ends one after the other while it lasts, those first that keep most, and says so of itself', async () => {
    const writes = (kilobytes: number): PodSpec => ({
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        busybox('c', `dd if=/dev/zero of=/v/file bs=1024 count=${kilobytes}; ${idle}`, {
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
          readinessProbe: { exec: { command: ['test', '-e', '/v/file'] }, periodSeconds: 1 },
        }),
      ],
    });
    await node.create('most', writes(4000));
    await node.create('less', writes(1000));
    const most = await node.ready('most');
    await node.ready('less');
    left = { 'nodefs.available': { available: 9, capacity: 100 } };
    await eventually('the node has DiskPressure', conditions, all => all.includes('DiskPressure'));
    await evicted('most');
    await evicted('less');
    assert.ok(node.api.statuses.filter(s => s.phase === 'Failed').at(-2)?.name === 'most', 'in this order');
    await eventually(
      'its volume is gone',
      () => existsSync(`${node.dataDir}/pods/${most.metadata.uid}/volumes/v/file`),
      there => !there,
    );
  });

  it('a pod that keeps more on disk than it may goes, whatever the node has', async () => {
    const limited = { resources: { limits: { 'ephemeral-storage': '1Mi' } } };
    await node.create('talks', {
      containers: [busybox('c', `head -c 3000000 /dev/zero | tr '\\0' '\\n'; ${idle}`, limited)],
    });
    const talks = await evicted('talks');
    assert.match(
      talks.status?.message ?? '',
      /^Pod ephemeral local storage usage exceeds the total limit of containers 1Mi\. $/,
    );
    await node.create('writes', {
      containers: [
        busybox('c', `head -c 3000000 /dev/zero > /file; ${idle}`, limited),
        busybox('d', idle, { resources: { limits: { 'ephemeral-storage': '1Gi' } } }),
      ],
    });
    const writes = await evicted('writes');
    assert.match(writes.status?.message ?? '', /^Container c exceeded its local ephemeral storage limit "1Mi"\. $/);
  });
});

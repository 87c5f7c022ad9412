/** Containers that get other sizes while they run, and pods that a node has no room for. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Container, Pod } from '../../../api/types.js';
import { events, pods } from '../../../client/resources.js';
import { cpuWeight, sumOfParts } from '../../pods/cgroups.js';
import { busybox, containerId, eventually, idle, TestNode } from '../node.js';

describe('sizes', function () {
  this.timeout(120_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start();
  });
  after(() => node.remove());

  const sized = (cpu: string, memory: string, more: Partial<Container> = {}): Container =>
    busybox('c', idle, { resources: { requests: { cpu, memory }, limits: { cpu, memory } }, ...more });
  const resize = (name: string, ...containers: Container[]): Promise<Pod> =>
    node.api.patch(pods, { namespace: 'default', name }, 'merge', {
      metadata: { generation: 2 },
      spec: { containers },
    });
  const status = (pod: Pod) => pod.status?.containerStatuses?.[0];
  const condition = (pod: Pod, type: string) => pod.status?.conditions?.find(c => c.type === type);
  const has = (pod: Pod, cpu: string) => status(pod)?.resources?.limits?.cpu === cpu;
  /** Of the pod's container. */
  const group = (pod: Pod, controller: string): string => {
    const id = containerId(pod).replace('containerd://', '');
    const groups = readFileSync(`/proc/${node.pidOfTask(id)}/cgroup`, 'utf8').split('\n');
    const v1 = groups.find(line => line.split(':')[1] === controller)?.split(':')[2];
    const v2 = groups.find(line => line.startsWith('0::'))?.slice(3);
    return v1 ? `/sys/fs/cgroup/${controller}${v1}` : `/sys/fs/cgroup${v2}`;
  };
  /** [quota of cpu in microseconds, limit of memory in bytes] of the container's cgroup, or of its pod's. */
  const limits = (pod: Pod, of: 'container' | 'pod' = 'container'): number[] => {
    const read = (controller: string, v1: string, v2: string): number => {
      const file = (name: string) =>
        readFileSync(join(group(pod, controller), of === 'pod' ? '..' : '.', name), 'utf8');
      try {
        return Number(file(v1));
      } catch {
        return Number(file(v2).split(' ')[0]);
      }
    };
    return [read('cpu', 'cpu.cfs_quota_us', 'cpu.max'), read('memory', 'memory.limit_in_bytes', 'memory.max')];
  };
  const mib = 1024 * 1024;

  it('grow and shrink as it runs, in its own group and in that of its pod', async () => {
    await node.create('grows', { containers: [sized('100m', '32Mi')] });
    const before = await node.ready('grows');
    assert.deepEqual(limits(before), [10_000, 32 * mib]);
    await resize('grows', sized('300m', '64Mi'));
    const grown = await node.until('grows', 'larger', pod => has(pod, '300m'));
    assert.equal(containerId(grown), containerId(before));
    assert.deepEqual(status(grown)?.allocatedResources, { cpu: '300m', memory: '64Mi' });
    assert.equal(status(grown)?.restartCount, 0);
    assert.deepEqual(limits(grown), [30_000, 64 * mib]);
    assert.deepEqual(limits(grown, 'pod'), [30_000, 64 * mib]);
    await node.until(
      'grows',
      'done',
      pod => !condition(pod, 'PodResizeInProgress') && pod.status?.observedGeneration === 2,
    );
    await resize('grows', sized('50m', '24Mi'));
    const shrunk = await node.until('grows', 'smaller', pod => has(pod, '50m'));
    assert.equal(containerId(shrunk), containerId(before));
    assert.deepEqual(limits(shrunk, 'pod'), [5_000, 24 * mib]);
  });

  it('of a class of service: as much as all of its pods ask for, and best effort next to nothing', async () => {
    const asking = (cpu: string) => ({ containers: [busybox('c', idle, { resources: { requests: { cpu } } })] });
    await node.create('little', asking('200m'));
    await node.create('more', asking('300m'));
    await node.create('nothing', { containers: [busybox('c', idle)] });
    const [little, more, nothing] = await Promise.all(['little', 'more', 'nothing'].map(name => node.ready(name)));
    assert.ok(little && more && nothing);
    const version = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 2 : 1;
    const part = (dir: string): number =>
      Number(readFileSync(join(dir, version === 1 ? 'cpu.shares' : 'cpu.weight'), 'utf8'));
    const ofPod = (pod: Pod): number => part(join(group(pod, 'cpu'), '..'));
    const ofClass = join(group(little, 'cpu'), '../..');
    assert.equal(ofPod(little), version === 1 ? 204 : cpuWeight(204));
    assert.equal(part(ofClass), sumOfParts([ofPod(little), ofPod(more)], version));
    assert.equal(part(join(group(nothing, 'cpu'), '../..')), version === 1 ? 2 : 1);
    const left = ofPod(little);
    await node.delete('more');
    await node.gone('more');
    assert.equal(part(ofClass), sumOfParts([left], version));
    for (const name of ['little', 'nothing']) await node.delete(name);
  });

  it('not below what it uses: that is said, and the container goes on', async () => {
    await node.create('full', {
      volumes: [{ name: 'm', emptyDir: { medium: 'Memory' } }],
      containers: [
        sized('100m', '64Mi', {
          command: ['sh', '-c', `head -c 30000000 /dev/urandom > /m/file; touch /m/done; ${idle}`],
          volumeMounts: [{ name: 'm', mountPath: '/m' }],
        }),
      ],
    });
    const full = await node.ready('full');
    await eventually(
      'it has written',
      () => node.exec(full, ['ls', '/m']).catch(String),
      names => names.includes('done'),
    );
    await resize('full', sized('100m', '8Mi'));
    const stuck = await node.until('full', 'stuck', pod => condition(pod, 'PodResizeInProgress')?.reason === 'Error');
    assert.match(condition(stuck, 'PodResizeInProgress')?.message ?? '', /below its current usage/);
    assert.equal(containerId(stuck), containerId(full));
    assert.equal(status(stuck)?.resources?.limits?.memory, '64Mi');
  });

  it('with a restart, where the container wants one', async () => {
    const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' as const }];
    await node.create('anew', { containers: [sized('100m', '32Mi', { resizePolicy })] });
    const before = await node.ready('anew');
    await resize('anew', sized('200m', '32Mi', { resizePolicy }));
    const after = await node.until(
      'anew',
      'started anew',
      pod => status(pod)?.restartCount === 1 && status(pod)?.state?.running !== undefined,
    );
    assert.notEqual(containerId(after), containerId(before));
    assert.deepEqual(limits(after), [20_000, 32 * mib]);
  });

  it('not beyond the node, and not beyond the others', async () => {
    const most = availableParallelism();
    await node.create('large', {
      containers: [busybox('c', idle, { resources: { requests: { cpu: `${most - 1}` } } })],
    });
    await node.ready('large');
    await node.create('waits', { containers: [sized('100m', '32Mi')] });
    await node.ready('waits');
    await resize('waits', sized(`${most + 1}`, '32Mi'));
    const never = await node.until('waits', 'told', pod => condition(pod, 'PodResizePending')?.reason === 'Infeasible');
    assert.match(condition(never, 'PodResizePending')?.message ?? '', /Node didn't have enough capacity: cpu/);
    assert.equal(status(never)?.resources?.limits?.cpu, '100m');
    await resize('waits', sized('900m', '32Mi'));
    await node.until('waits', 'deferred', pod => condition(pod, 'PodResizePending')?.reason === 'Deferred');
    await node.delete('large');
    const done = await node.until('waits', 'resized', pod => has(pod, '900m'));
    assert.equal(status(done)?.restartCount, 0);
    await node.until('waits', 'at rest', pod => !condition(pod, 'PodResizePending'));
  });

  it('a pod that has no place here is rejected, and says why', async () => {
    const asks = (cpu: string) => ({ resources: { requests: { cpu } } });
    await node.create('huge', { containers: [busybox('c', idle, asks(`${availableParallelism() + 1}`))] });
    const huge = await node.until('huge', 'rejected', pod => pod.status?.phase === 'Failed');
    assert.equal(huge.status?.reason, 'OutOfcpu');
    assert.match(huge.status?.message ?? '', /^Pod was rejected: Node didn't have enough resource: cpu, requested: /);
    await node.create('astray', { nodeSelector: { planet: 'mars' }, containers: [busybox('c', idle)] });
    const astray = await node.until('astray', 'rejected', pod => pod.status?.phase === 'Failed');
    assert.equal(astray.status?.reason, 'NodeAffinity');
    const told = async () => (await node.api.list(events, { namespace: 'default' })).items;
    await eventually('an event tells', told, all =>
      all.some(e => e.involvedObject.name === 'huge' && e.reason === 'OutOfcpu'),
    );
    await node.create('found', { nodeSelector: { 'kubernetes.io/os': 'linux' }, containers: [busybox('c', idle)] });
    await node.ready('found');
  });
});

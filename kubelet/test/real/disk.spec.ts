/** A node whose disk is full: what runs goes on, what is new waits, and nothing is left half-made. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '../../../api/types.js';
import { events } from '../../../client/resources.js';
import { observeMachine } from '../../eviction/observe.js';
import { usualThresholds } from '../../eviction/thresholds.js';
import { mount } from '../../volumes/mounts.js';
import { busybox, containerId, eventually, idle, isReady, TestNode } from '../node.js';

const megabytes = 192;

describe('a node whose disk is full', function () {
  this.timeout(240_000);
  let dir: string;
  let node: TestNode;
  /** The kubelet looks at its own disk, small as it is, when it is told to. */
  let isWatching = false;
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'okubelet-disk-'));
    await mount(['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir]);
    const observe = async () => {
      if (!isWatching) return {};
      const { 'nodefs.available': disk } = await observeMachine(node.cri, dir, 0);
      return disk ? { 'nodefs.available': disk } : {};
    };
    const thresholds = usualThresholds.filter(({ signal }) => signal === 'nodefs.available');
    node = await TestNode.start({ eviction: { lookMs: 200, transitionMs: 1000, thresholds, observe } }, dir);
  });
  after(async () => {
    await node.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  const left = (): number => {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  };
  const filler = (): string => join(dir, 'filler');
  const fill = (): void => {
    for (let size = 8 * 1024 * 1024; size >= 4096; size = left() < size ? size / 2 : size) {
      try {
        writeFileSync(filler(), Buffer.alloc(size), { flag: 'a' });
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
      }
      if (left() === 0) return;
    }
  };
  const eventOf = (name: string, pattern: RegExp) =>
    eventually(
      `there is an event of ${name} like ${pattern}`,
      async () => (await node.api.list(events, { namespace: 'default' })).items,
      all => all.some(e => e.involvedObject.name === name && pattern.test(`${e.reason}: ${e.message}`)),
    );
  const tryPod = async (): Promise<string | undefined> => {
    await node.create('try', { containers: [busybox('c', idle)] });
    const { status } = await node.until('try', 'decided on', pod => pod.status?.phase !== 'Pending');
    await node.delete('try', 0);
    await node.gone('try');
    return status?.phase;
  };

  it('goes on with what runs, and takes up what is new as soon as there is room', async () => {
    await node.createConfigMap('settings', { colour: 'red' });
    const spec = {
      volumes: [
        { name: 'disk', emptyDir: {} },
        { name: 'settings', configMap: { name: 'settings' } },
      ],
      containers: [
        busybox('c', idle, {
          volumeMounts: [
            { name: 'disk', mountPath: '/disk' },
            { name: 'settings', mountPath: '/settings' },
          ],
          readinessProbe: { exec: { command: ['true'] }, periodSeconds: 1, timeoutSeconds: 20 },
        }),
      ],
    };
    await node.create('runs', spec);
    const runs = await node.ready('runs');
    fill();
    assert.equal(left(), 0);
    await node.create('waits', spec);
    await eventOf('waits', /no space left on device/i);
    const still = await node.get('runs');
    assert.deepEqual([isReady(still), containerId(still)], [true, containerId(runs)]);
    // The kubelet itself may be started anew meanwhile.
    await node.stopKubelet();
    await node.startKubelet();
    await eventually(
      'the kubelet sees what runs',
      () => node.view.find('default', 'runs')?.containers[0]?.state,
      state => state === 'running',
    );
    rmSync(filler());
    const waited = await node.until('waits', 'ready', isReady);
    assert.match(await node.exec(waited, ['cat', '/etc/hosts']), new RegExp(`^${waited.status?.podIP}\\twaits$`, 'm'));
    assert.equal(await node.exec(waited, ['cat', '/settings/colour']), 'red');
    assert.equal(containerId(await node.get('runs')), containerId(runs));
  });

  it('ends whoever fills it, and then takes on pods again', async () => {
    const runs = await node.get('runs');
    isWatching = true;
    await node.create('hog', {
      volumes: [{ name: 'disk', emptyDir: {} }],
      containers: [
        busybox('c', `dd if=/dev/zero of=/disk/file bs=1048576; ${idle}`, {
          volumeMounts: [{ name: 'disk', mountPath: '/disk' }],
        }),
      ],
    });
    const hog = await node.until('hog', 'evicted', pod => pod.status?.phase === 'Failed');
    assert.equal(hog.status?.reason, 'Evicted');
    assert.match(hog.status?.message ?? '', /^The node was low on resource: ephemeral-storage\. Threshold quantity: /);
    await eventually('there is room again', left, bytes => bytes > 0.2 * megabytes * 1024 * 1024);
    const still: Pod = await node.get('runs');
    assert.deepEqual([isReady(still), containerId(still)], [true, containerId(runs)]);
    await eventually('the node takes on pods again', tryPod, phase => phase === 'Running');
  });
});

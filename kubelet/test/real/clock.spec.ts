/** A machine whose clock is set back or forward under running pods: they and the kubelet go on. Run by real.test.ts. */
import assert from 'node:assert/strict';
import type { Clock } from '../../../api/clock.js';
import { systemClock } from '../../../api/clock.js';
import type { Pod } from '../../../api/types.js';
import { leases, nodes } from '../../../client/resources.js';
import { busybox, containerId, eventually, idle, isReady, nodeName, TestNode } from '../node.js';

const hour = 3600_000;

describe('a machine whose clock is set', function () {
  this.timeout(240_000);
  let node: TestNode;
  let ahead = 0;
  /** The kubelet's: that of the runtime, which notes when containers start and end, is the machine's own. */
  const clock: Clock = { now: () => systemClock.now() + ahead, sleep: systemClock.sleep };
  const steady = {
    containers: [busybox('c', idle, { readinessProbe: probe('ready'), livenessProbe: probe('alive') })],
  };
  function probe(file: string) {
    return { exec: { command: ['test', '!', '-e', `/tmp/not-${file}`] }, periodSeconds: 1, timeoutSeconds: 20 };
  }
  const restarts = (pod: Pod): number => pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
  let first: Pod;

  before(async () => {
    node = await TestNode.start({ clock, eviction: { lookMs: 200, observe: async () => ({}) } });
    await node.create('steady', steady);
    await node.create('leaves', {
      terminationGracePeriodSeconds: 5,
      containers: [busybox('c', "trap '' TERM; while :; do sleep 1; done")],
    });
    await node.create('crashes', { containers: [busybox('c', 'sleep 1; exit 1')] });
    // Nothing listens there.
    await node.create('unpulled', { containers: [busybox('c', idle, { image: '127.0.0.1:1/none:1' })] });
    first = await node.ready('steady');
    await node.ready('leaves');
    await node.until('crashes', 'backing off', pod => restarts(pod) > 0);
    await node.until(
      'unpulled',
      'backing off',
      pod => pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ImagePullBackOff',
    );
  });
  after(() => node.remove());

  for (const [what, byMs] of [
    ['back by an hour', -hour],
    ['forward by two', 2 * hour],
  ] as const)
    it(`${what}: what runs goes on, what waits has its turn, and the node is alive`, async () => {
      const crashed = restarts(await node.get('crashes'));
      const deleting = node.delete('leaves').catch(() => undefined);
      ahead += byMs;
      await deleting;
      await node.gone('leaves');
      // Its probes go on in their time.
      const running = await node.get('steady');
      await node.exec(running, ['touch', '/tmp/not-ready']);
      await node.until('steady', 'not ready', pod => !isReady(pod));
      await node.exec(running, ['rm', '/tmp/not-ready']);
      const ready = await node.ready('steady');
      assert.deepEqual([containerId(ready), restarts(ready)], [containerId(first), 0], 'it was not touched');
      await node.create('comes', { containers: [busybox('c', idle)] });
      await node.ready('comes');
      await node.delete('comes');
      await node.gone('comes');
      await node.until('crashes', 'started again', pod => restarts(pod) > crashed);
      const isNow = (written: string | undefined): boolean =>
        Math.abs(Date.parse(written ?? '') - clock.now()) < 60_000;
      await eventually(
        'its lease says when it was renewed',
        async () => (await node.api.get(leases, { namespace: 'kube-node-lease', name: nodeName })).spec?.renewTime,
        isNow,
      );
      const { status } = await node.api.get(nodes, { name: nodeName });
      assert.equal(status?.conditions?.find(c => c.type === 'Ready')?.status, 'True');
      await node.create('leaves', { containers: [busybox('c', idle)] });
      await node.ready('leaves');
    });
});

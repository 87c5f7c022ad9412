/**
 * A machine that shuts down: its login manager waits until the pods have ended. The manager is a stand-in on a system bus
 * of its own; the pods are real. Run by real.test.ts.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '../../../api/types.js';
import { events, nodes } from '../../../client/resources.js';
import { usualGroups } from '../../shutdown/plan.js';
import { noSystemBus, SystemBus } from '../../shutdown/testing/system-bus.js';
import { busybox, containerId, eventually, idle, isReady, nodeName, TestNode } from '../node.js';

describe('a machine that shuts down', function () {
  this.timeout(240_000);
  const address = process.env.DBUS_SYSTEM_BUS_ADDRESS;
  let dir: string;
  let bus: SystemBus;
  let node: TestNode;
  before(async function () {
    const why = noSystemBus();
    if (why !== undefined) {
      console.log(`      skipped: ${why}`);
      return this.skip();
    }
    dir = mkdtempSync(join(tmpdir(), 'okubelet-shutdown-'));
    bus = await SystemBus.start(300);
    process.env.DBUS_SYSTEM_BUS_ADDRESS = bus.address;
    node = await TestNode.start({ shutdownGroups: usualGroups(60, 30) });
    await held(1);
  });
  after(async () => {
    await node?.remove();
    await bus?.close();
    if (address === undefined) delete process.env.DBUS_SYSTEM_BUS_ADDRESS;
    else process.env.DBUS_SYSTEM_BUS_ADDRESS = address;
    if (dir) rmSync(dir, { recursive: true });
  });

  const held = (count: number): Promise<number> =>
    eventually(
      `${count} hold up the machine`,
      () => bus.locks,
      locks => locks === count,
    );
  /** Says into a file of the node when it is told to end, and ends. */
  const farewell = (name: string, ms: number) =>
    busybox(
      'c',
      `trap 'sleep ${ms / 1000}; echo ${name} >> /h/ends; exit 0' TERM; while :; do sleep 1000 & wait $!; done`,
      {
        volumeMounts: [{ name: 'h', mountPath: '/h' }],
      },
    );
  const volumes = () => [{ name: 'h', hostPath: { path: dir } }];
  const readiness = async (): Promise<string | undefined> => {
    const { status } = await node.api.get(nodes, { name: nodeName });
    const ready = status?.conditions?.find(c => c.type === 'Ready');
    return `${ready?.status} ${ready?.message}`;
  };
  const why = ({ status }: Pod) => [status?.phase, status?.reason, status?.message];

  it('a kubelet that stops leaves its pods as they are, and holds up nothing', async () => {
    await node.create('stays', { containers: [busybox('c', idle)] });
    const before = await node.ready('stays');
    await node.stopKubelet();
    await held(0);
    await node.startKubelet();
    await held(1);
    await eventually(
      'the kubelet sees it',
      () => node.view.find('default', 'stays')?.containers[0]?.state,
      state => state === 'running',
    );
    assert.equal(containerId(await node.get('stays')), containerId(before));
    await node.delete('stays');
    await node.gone('stays');
  });

  it('waits for its pods, the critical ones last, and takes on no more', async () => {
    const grace = { terminationGracePeriodSeconds: 600 };
    await node.create('web', { ...grace, volumes: volumes(), containers: [farewell('web', 1500)] });
    await node.create('dns', {
      ...grace,
      priority: 2_000_001_000,
      volumes: volumes(),
      containers: [farewell('dns', 0)],
    });
    // It would be started again whenever it ends.
    await node.create('crashes', { containers: [busybox('c', 'exit 3')] });
    await node.create('done', { restartPolicy: 'Never', containers: [busybox('c', 'true')] });
    await Promise.all([node.ready('web'), node.ready('dns')]);
    await node.until('done', 'done', pod => pod.status?.phase === 'Succeeded');

    bus.announceShutdown(true);
    await eventually('the node says so', readiness, said => said === 'False node is shutting down');
    await node.create('late', { containers: [busybox('c', idle)] });
    const late = await node.until('late', 'rejected', pod => pod.status?.phase === 'Failed');
    assert.deepEqual(why(late), [
      'Failed',
      'NodeShutdown',
      'Pod was rejected: Pod was rejected as the node is shutting down.',
    ]);
    await held(0);
    // Whatever is to be told has been told when the machine goes.
    const terminated = ['Failed', 'Terminated', 'Pod was terminated in response to imminent node shutdown.'];
    for (const name of ['web', 'dns', 'crashes']) {
      const pod = await node.get(name);
      assert.deepEqual(why(pod), terminated, name);
      const target = pod.status?.conditions?.find(c => c.type === 'DisruptionTarget');
      assert.deepEqual([target?.status, target?.reason], ['True', 'TerminationByKubelet'], name);
    }
    assert.equal(readFileSync(join(dir, 'ends'), 'utf8'), 'web\ndns\n');
    assert.equal((await node.get('done')).status?.phase, 'Succeeded');
    const running = (await node.cri.listContainers()).filter(c => c.state === 'CONTAINER_RUNNING');
    assert.deepEqual(running, []);
    const { items } = await node.api.list(events, { namespace: 'default' });
    assert.ok(items.some(e => e.reason === 'NodeShutdown' && e.message === 'Shutdown manager detected shutdown event'));
    const metrics = await node.figures.metrics();
    assert.match(metrics, /^kubelet_graceful_shutdown_end_time_seconds [1-9]/m);
  });

  it('and goes on after all, when the shutdown is called off', async () => {
    bus.announceShutdown(false);
    await held(1);
    await eventually('the node is ready', readiness, said => said?.startsWith('True') === true);
    await node.create('again', { containers: [busybox('c', idle)] });
    assert.ok(isReady(await node.ready('again')));
  });
});

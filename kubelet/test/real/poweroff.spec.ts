/**
 * The machine is shut down by its own login manager, and waits for its pods: once, in a virtual machine alone (tools/guest.sh).
 * Run by real.test.ts.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { events, nodes } from '../../../client/resources.js';
import { usualGroups } from '../../shutdown/plan.js';
import { busybox, eventually, idle, nodeName, TestNode } from '../node.js';

const manager = ['org.freedesktop.login1', '/org/freedesktop/login1', 'org.freedesktop.login1.Manager'] as const;

describe('a machine that its login manager shuts down', function () {
  this.timeout(400_000);
  let node: TestNode;
  let dir: string;
  let witness: ChildProcess;
  before(async function () {
    if (process.env.ORRERY_TEST_GUEST !== 'ends') {
      console.log(
        '      skipped: the machine is shut down; ORRERY_GUEST_ENDS=ends tools/guest.sh FILE, with this file alone',
      );
      return this.skip();
    }
    dir = mkdtempSync(join(tmpdir(), 'okubelet-poweroff-'));
    node = await TestNode.start({ shutdownGroups: usualGroups(600, 200) });
  });
  after(async () => {
    await node?.remove();
    if (dir) rmSync(dir, { recursive: true });
    // The machine goes now.
    witness?.kill();
  });

  const property = (name: string): string =>
    execFileSync('busctl', ['--system', 'get-property', ...manager, name])
      .toString()
      .trim();
  const inhibitors = (): string => execFileSync('systemd-inhibit', ['--list', '--no-pager', '--no-legend']).toString();
  /** Says into a file of the node when it is told to end, and ends. */
  const farewell = (name: string, seconds: number) =>
    busybox(
      'c',
      `trap 'sleep ${seconds}; echo ${name} >> /h/ends; exit 0' TERM; while :; do sleep 1000 & wait $!; done`,
      {
        volumeMounts: [{ name: 'h', mountPath: '/h' }],
      },
    );

  it('lets itself be held up for as long as the kubelet says', async () => {
    await eventually('the kubelet holds it up', inhibitors, list => /kubelet.*shutdown.*delay/.test(list));
    assert.equal(property('InhibitDelayMaxUSec'), 't 600000000');
  });

  it('waits until the pods have ended, the critical ones last', async () => {
    // Holds it up as well, so that there is time to look at what the kubelet has left.
    witness = spawn('systemd-inhibit', ['--what=shutdown', '--mode=delay', '--who=witness', 'sleep', '3600']);
    await eventually('the test holds it up', inhibitors, list => list.includes('witness'));
    const grace = { terminationGracePeriodSeconds: 300, volumes: [{ name: 'h', hostPath: { path: dir } }] };
    await node.create('web', { ...grace, containers: [farewell('web', 5)] });
    await node.create('dns', { ...grace, priority: 2_000_001_000, containers: [farewell('dns', 0)] });
    await Promise.all([node.ready('web'), node.ready('dns')]);
    execFileSync('systemctl', ['poweroff', '--no-block', '--check-inhibitors=no']);
    await eventually(
      'it is about to',
      () => property('PreparingForShutdown'),
      told => told === 'b true',
    );
    await eventually(
      'the node says so',
      async () => (await node.api.get(nodes, { name: nodeName })).status?.conditions?.find(c => c.type === 'Ready'),
      ready => ready?.status === 'False' && ready.message === 'node is shutting down',
    );
    await node.create('late', { containers: [busybox('c', idle)] });
    const late = await node.until('late', 'rejected', pod => pod.status?.phase === 'Failed');
    assert.equal(late.status?.reason, 'NodeShutdown');
    await eventually('the kubelet lets go', inhibitors, list => list.includes('witness') && !list.includes('kubelet'));
    for (const name of ['web', 'dns']) {
      const { status } = await node.get(name);
      assert.deepEqual([status?.phase, status?.reason], ['Failed', 'Terminated'], name);
      assert.equal(status?.message, 'Pod was terminated in response to imminent node shutdown.');
      assert.equal(status?.conditions?.find(c => c.type === 'DisruptionTarget')?.reason, 'TerminationByKubelet');
    }
    assert.equal(readFileSync(join(dir, 'ends'), 'utf8'), 'web\ndns\n');
    const { items } = await node.api.list(events, { namespace: 'default' });
    assert.ok(items.some(e => e.message === 'Shutdown manager detected shutdown event'));
    assert.equal(property('PreparingForShutdown'), 'b true');
  });
});

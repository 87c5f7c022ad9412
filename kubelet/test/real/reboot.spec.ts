/**
 * A machine that was started anew: no process of before is left, what lay in memory is gone, and the network is bare.
 * Run by real.test.ts.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../../../api/types.js';
import { unmountBelow } from '../../volumes/mounts.js';
import { busybox, containerId, eventually, idle, isReady, TestNode } from '../node.js';

describe('a machine that is started anew', function () {
  this.timeout(240_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start();
  });
  after(() => node.remove());

  /** Processes of the pods, of their shims, and of the runtime: all that were started for this node. */
  const processes = (): number[] => {
    const inGroups = node.cgroups().flatMap(group =>
      readdirSync(group, { recursive: true })
        .map(String)
        .filter(path => path.endsWith('cgroup.procs'))
        .flatMap(path => readFileSync(join(group, path), 'utf8').split('\n')),
    );
    const named = readdirSync('/proc').filter(pid => {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${node.dataDir}/containerd/`);
      } catch {
        return false;
      }
    });
    return [...new Set([...inGroups, ...named].map(Number).filter(pid => pid > 1))];
  };
  const reboot = async (): Promise<void> => {
    await node.stopKubelet();
    await eventually(
      'no process is left',
      () => {
        const left = processes();
        for (const pid of left) {
          try {
            process.kill(pid, 'SIGKILL');
          } catch {
            // It has ended meanwhile.
          }
        }
        return left.length;
      },
      count => count === 0,
    );
    await unmountBelow(node.dataDir);
    execFileSync('ip', ['link', 'delete', 'okubelet0']);
    execFileSync('iptables', ['-t', 'nat', '-F']);
    await node.startKubelet();
  };
  const restarts = (pod: Pod): number => pod.status?.containerStatuses?.[0]?.restartCount ?? -1;

  it('its pods run again, with their data, their counts and new addresses; those that run once have failed', async () => {
    await node.createConfigMap('settings', { colour: 'red' });
    await node.create('server', {
      volumes: [
        { name: 'disk', emptyDir: {} },
        { name: 'memory', emptyDir: { medium: 'Memory' } },
        { name: 'settings', configMap: { name: 'settings' } },
      ],
      containers: [
        busybox('c', `[ -e /disk/kept ] || echo kept > /disk/kept; ${idle}`, {
          volumeMounts: [
            { name: 'disk', mountPath: '/disk' },
            { name: 'memory', mountPath: '/memory' },
            { name: 'settings', mountPath: '/settings', readOnly: true },
          ],
        }),
      ],
    });
    await node.create('once', { restartPolicy: 'Never', containers: [busybox('c', idle)] });
    const [before] = await Promise.all([node.ready('server'), node.ready('once')]);
    await node.exec(before, ['touch', '/memory/lost']);

    await reboot();
    const after = await node.until('server', 'running again', pod => restarts(pod) === 1 && isReady(pod));
    assert.notEqual(containerId(after), containerId(before));
    assert.equal(await node.exec(after, ['cat', '/disk/kept', '/settings/colour']), 'kept\nred');
    assert.equal(await node.exec(after, ['ls', '/memory']), '', 'what lay in memory is gone');
    assert.ok(after.status?.containerStatuses?.[0]?.lastState?.terminated, 'its end is told');
    const once = await node.until('once', 'failed', pod => pod.status?.phase === 'Failed');
    assert.equal(restarts(once), 0);

    const ip = after.status?.podIP ?? '';
    await node.create('client', { restartPolicy: 'Never', containers: [busybox('c', `ping -c 1 -w 20 ${ip}`)] });
    await node.until('client', 'done', pod => pod.status?.phase === 'Succeeded');
  });

  it('and nothing is left when they are deleted', async () => {
    await Promise.all(['server', 'once', 'client'].map(name => node.delete(name)));
    await Promise.all(['server', 'once', 'client'].map(name => node.gone(name)));
    assert.deepEqual(await node.cri.listPodSandbox(), []);
    assert.deepEqual(node.cgroups(), []);
    assert.deepEqual(readdirSync(`${node.dataDir}/pods`), []);
    const leases = readdirSync(`${node.dataDir}/cni/ipam`, { recursive: true }).map(String);
    assert.deepEqual(
      leases.filter(name => /\d+\.\d+\.\d+\.\d+$/.test(name)),
      [],
    );
  });
});

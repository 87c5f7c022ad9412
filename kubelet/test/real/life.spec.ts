/** The life of pods: start, restart, readiness, deletion. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { nodes } from '../../../client/resources.js';
import { mountsBelow } from '../../volumes/mounts.js';
import { busybox, containerId, eventually, idle, isReady, nodeName, TestNode } from '../node.js';

describe('the life of a pod', function () {
  this.timeout(120_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start();
  });
  after(() => node.remove());

  it('the node registers and is Ready', async () => {
    await eventually(
      'the node is Ready',
      () => node.api.get(nodes, { name: nodeName }).catch(() => undefined),
      found => found?.status?.conditions?.some(c => c.type === 'Ready' && c.status === 'True') === true,
    );
  });

  it('ten pods are ready, have addresses, and reach each other', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `ten-${i}`);
    const start = Date.now();
    await Promise.all(names.map(name => node.create(name, { containers: [busybox('c', idle)] })));
    const all = await Promise.all(names.map(name => node.ready(name)));
    console.log(`      ten pods ready after ${Date.now() - start} ms`);
    assert.equal(new Set(all.map(pod => pod.status?.podIP)).size, 10);
    await node.exec(all[0] as never, ['ping', '-c', '1', '-W', '10', all[1]?.status?.podIP ?? '']);
    await Promise.all(names.map(name => node.delete(name)));
    await Promise.all(names.map(name => node.gone(name)));
    assert.deepEqual(await node.cri.listPodSandbox(), []);
    assert.deepEqual(await node.cri.listContainers(), []);
    assert.deepEqual(await readdir(`${node.dataDir}/pods`), []);
    assert.deepEqual(await readdir(`${node.dataDir}/memory`), []);
    assert.deepEqual(await readdir(`${node.dataDir}/logs/pods`), []);
    const addresses = (await readdir(`${node.dataDir}/cni/ipam/okubelet0`)).filter(name => /^\d/.test(name));
    assert.deepEqual(addresses, []);
    assert.deepEqual(node.cgroups(), []);
    assert.deepEqual(await mountsBelow(`${node.dataDir}/pods`), []);
  });

  it('a container that is killed is started again at once', async () => {
    await node.create('heals', { containers: [busybox('c', idle)] });
    const before = await node.ready('heals');
    const info = JSON.parse(
      (await node.cri.containerInfo(containerId(before).replace('containerd://', ''))).info ?? '{}',
    );
    const start = Date.now();
    process.kill(info.pid, 'SIGKILL');
    const after = await node.until(
      'heals',
      'running anew',
      pod => isReady(pod) && containerId(pod) !== containerId(before),
    );
    console.log(`      ready again after ${Date.now() - start} ms`);
    const status = after.status?.containerStatuses?.[0];
    assert.equal(status?.restartCount, 1);
    assert.equal(status?.lastState?.terminated?.exitCode, 137);
    await node.delete('heals');
    await node.gone('heals');
  });

  it('a container that keeps failing backs off, and its logs and last words stay', async () => {
    await node.create('crashes', {
      containers: [busybox('c', 'echo said; echo last words > /dev/termination-log; exit 3')],
    });
    const pod = await node.until(
      'crashes',
      'in CrashLoopBackOff',
      p => p.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
    );
    const status = pod.status?.containerStatuses?.[0];
    assert.equal(status?.restartCount, 1);
    assert.equal(status?.lastState?.terminated?.exitCode, 3);
    assert.equal(status?.lastState?.terminated?.message, 'last words\n');
    const log = node.view.find('default', 'crashes')?.containers[0]?.previousLogPath ?? '';
    assert.match(await readFile(log, 'utf8'), /stdout F said/);
    await node.delete('crashes');
    await node.gone('crashes');
    assert.equal(existsSync(log), false);
  });

  it('a pod whose work is done has succeeded, and one that failed has failed', async () => {
    await node.create('done', { restartPolicy: 'Never', containers: [busybox('c', 'exit 0')] });
    await node.create('failed', { restartPolicy: 'Never', containers: [busybox('c', 'exit 4')] });
    await node.until('done', 'Succeeded', p => p.status?.phase === 'Succeeded');
    const failed = await node.until('failed', 'Failed', p => p.status?.phase === 'Failed');
    assert.equal(failed.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 4);
    await Promise.all(['done', 'failed'].map(name => node.delete(name)));
    await Promise.all(['done', 'failed'].map(name => node.gone(name)));
  });

  it('a deletion waits for the grace, and a shorter grace overtakes it', async () => {
    const stubborn = { containers: [busybox('c', "trap '' TERM; while :; do sleep 1; done")] };
    await node.create('stubborn', { ...stubborn, terminationGracePeriodSeconds: 600 });
    await node.ready('stubborn');
    await node.delete('stubborn');
    await new Promise(resolve => setTimeout(resolve, 500));
    assert.ok(await node.get('stubborn'));
    await node.delete('stubborn', 1);
    await node.gone('stubborn');
  });

  it('leaves no process behind', async () => {
    const shims = (): string[] =>
      execFileSync('ps', ['-ww', '-eo', 'args'])
        .toString()
        .split('\n')
        .filter(l => l.includes(node.dataDir) && l.includes('shim'));
    // A shim ends by itself, a moment after its sandbox.
    await eventually('no shim runs', shims, left => left.length === 0);
  });
});

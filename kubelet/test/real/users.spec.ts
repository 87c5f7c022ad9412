/** Pods with users of their own (hostUsers: false): root in them is nobody outside. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod, PodSpec } from '../../../api/types.js';
import { nodes } from '../../../client/resources.js';
import { Directories } from '../../directories.js';
import { busybox, containerId, eventually, idle, nodeName, TestNode } from '../node.js';

const idsPerPod = 65_536;

describe('a pod with users of its own', function () {
  this.timeout(240_000);
  let node: TestNode;
  let folder: string;
  before(async function () {
    node = await TestNode.start();
    folder = mkdtempSync(join(tmpdir(), 'okubelet-users-'));
    const { handlers } = await node.cri.abilities();
    if (handlers.some(({ features }) => features?.userNamespaces)) return;
    console.log('      skipped: the container runtime or the kernel of this machine has no user namespaces');
    this.skip();
  });
  after(async () => {
    await node?.remove();
    if (folder) rmSync(folder, { recursive: true });
  });

  const own = (spec: Partial<PodSpec> = {}): PodSpec =>
    ({ hostUsers: false, containers: [busybox('c', idle)], ...spec }) as PodSpec;
  const pidOf = (pod: Pod): number => node.pidOfTask(containerId(pod).replace('containerd://', ''));
  /** [inside, outside, how many] of a process's user namespace. */
  const mapOf = (pid: number, file = 'uid_map'): number[] =>
    readFileSync(`/proc/${pid}/${file}`, 'utf8').trim().split(/\s+/).map(Number);
  const recorded = (pod: Pod): string => new Directories(node.dataDir).userNamespace(pod.metadata.uid ?? '');

  it('is told of by the node', async () => {
    const told = await eventually(
      'the node tells what its runtime can',
      () => node.api.get(nodes, { name: nodeName }).catch(() => undefined),
      n => n?.status?.runtimeHandlers !== undefined,
    );
    assert.equal(told?.status?.runtimeHandlers?.find(({ name }) => name === '')?.features?.userNamespaces, true);
  });

  it('is root inside alone, and no two pods share their users', async () => {
    await node.create('one', own());
    await node.create('two', own());
    await node.create('plain', { containers: [busybox('c', idle)] });
    const [one, two, plain] = await Promise.all(['one', 'two', 'plain'].map(name => node.ready(name)));
    assert.ok(one && two && plain);
    assert.equal(await node.exec(one, ['id', '-u']), '0\n');
    const maps = [one, two].map(pod => mapOf(pidOf(pod)));
    for (const [i, [inside, outside = 0, length]] of maps.entries()) {
      assert.deepEqual([inside, length], [0, idsPerPod]);
      assert.ok(outside >= idsPerPod && outside % idsPerPod === 0, `${outside}`);
      const pod: Pod = i === 0 ? one : two;
      assert.deepEqual(mapOf(pidOf(pod), 'gid_map'), maps[i]);
      const sandbox = await node.cri.listPodSandbox({ 'io.kubernetes.pod.uid': pod.metadata.uid ?? '' });
      assert.deepEqual(mapOf(node.pidOfTask(sandbox[0]?.id ?? '')), maps[i], 'of the sandbox');
      assert.equal(statSync(`/proc/${pidOf(pod)}`).uid, outside, 'outside it is nobody');
    }
    assert.notEqual(maps[0]?.[1], maps[1]?.[1]);
    assert.deepEqual(mapOf(pidOf(plain)), mapOf(process.pid));
    for (const name of ['one', 'two', 'plain']) await node.delete(name);
    await Promise.all(['one', 'two', 'plain'].map(name => node.gone(name)));
    for (const pod of [one, two]) assert.ok(!existsSync(recorded(pod)));
  });

  it('owns what is in its volumes, of whatever kind', async () => {
    await node.createConfigMap('words', { hello: 'world' });
    writeFileSync(join(folder, 'of-seven'), 'x');
    chownSync(join(folder, 'of-seven'), 7, 7);
    const at = (name: string, more = {}) => ({ name, mountPath: `/${name}`, ...more });
    await node.create(
      'owner',
      own({
        securityContext: { fsGroup: 4000 },
        volumes: [
          { name: 'disk', emptyDir: {} },
          { name: 'memory', emptyDir: { medium: 'Memory' } },
          { name: 'words', configMap: { name: 'words' } },
          { name: 'host', hostPath: { path: folder } },
        ],
        containers: [
          busybox('c', `touch /disk/a /memory/a /host/made; mkdir /disk/in; ${idle}`, {
            volumeMounts: [
              at('disk'),
              at('memory'),
              at('words'),
              at('host'),
              at('disk', { mountPath: '/in', subPath: 'in' }),
            ],
            readinessProbe: { exec: { command: ['test', '-e', '/disk/in'] }, periodSeconds: 1 },
          }),
        ],
      }),
    );
    const pod = await node.ready('owner');
    const owners = async (...paths: string[]): Promise<string[]> =>
      (await node.exec(pod, ['stat', '-L', '-c', '%u:%g', ...paths])).trim().split('\n');
    assert.deepEqual(await owners('/disk/a', '/memory/a', '/words/hello', '/host/of-seven', '/host/made', '/in'), [
      '0:4000',
      '0:4000',
      '0:4000',
      '7:7',
      '0:0',
      '0:4000',
    ]);
    assert.deepEqual(await owners('/etc/hosts', '/dev/termination-log', '/bin/busybox', '/etc/resolv.conf'), [
      '0:0',
      '0:0',
      '0:0',
      '0:0',
    ]);
    // On the disk it is what the pod calls it: another pod may have the volume next.
    assert.equal(statSync(join(folder, 'made')).uid, 0);
    assert.equal(await node.exec(pod, ['cat', '/words/hello']), 'world');
    await node.exec(pod, ['chown', '5:5', '/host/made']);
    assert.equal(statSync(join(folder, 'made')).uid, 5);
    await node.delete('owner');
    await node.gone('owner');
  });

  it('may write its last words, and has a network, logs and processes to look into', async () => {
    const ends = 'echo heard; echo last > /dev/termination-log';
    await node.create('ends', own({ restartPolicy: 'Never', containers: [busybox('c', ends)] }));
    const { status } = await node.until('ends', 'over', pod => pod.status?.phase === 'Succeeded');
    assert.equal(status?.containerStatuses?.[0]?.state?.terminated?.message, 'last\n');
    assert.match(status?.podIP ?? '', /^10\.251\.0\./);
    await node.delete('ends');
    await node.gone('ends');
  });

  it('is the same for a kubelet that starts again, which gives its users to nobody else', async () => {
    await node.create('stays', own());
    const before = await node.ready('stays');
    const [, users] = mapOf(pidOf(before));
    await node.stopKubelet();
    await node.startKubelet();
    await node.create('next', own());
    const next = await node.ready('next');
    assert.equal(containerId(await node.get('stays')), containerId(before));
    assert.notEqual(mapOf(pidOf(next))[1], users);
    // A container that is started anew has the same users still.
    process.kill(pidOf(before), 'SIGKILL');
    const again = await node.until('stays', 'started anew', p => p.status?.containerStatuses?.[0]?.restartCount === 1);
    await eventually(
      'it runs',
      () => node.get('stays'),
      p => p.status?.containerStatuses?.[0]?.state?.running !== undefined,
    );
    assert.equal(mapOf(pidOf(await node.get('stays')))[1], users);
    assert.ok(existsSync(recorded(again)));
    // One that was deleted while there was no kubelet gives them back, too.
    await node.stopKubelet();
    await node.delete('stays', 0);
    await node.startKubelet();
    await node.gone('stays');
    await eventually(
      'its users are free',
      () => existsSync(recorded(before)),
      exists => !exists,
    );
    await node.create('after', own());
    assert.equal(mapOf(pidOf(await node.ready('after')))[1], users);
    for (const name of ['next', 'after']) await node.delete(name);
    await Promise.all(['next', 'after'].map(name => node.gone(name)));
  });

  it('leaves nothing mounted', () => {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const pods = `${new Directories(node.dataDir).pods}/`;
    assert.deepEqual(
      mounts.filter(line => line.includes(pods)),
      [],
    );
  });
});

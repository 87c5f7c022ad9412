/** A kubelet that stops, starts, or loses the API under running pods. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectionError } from '../../../client/client.js';
import { pods } from '../../../client/resources.js';
import { busybox, containerId, idle, isReady, TestNode } from '../node.js';

const settle = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

describe('a kubelet', function () {
  this.timeout(60_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start();
  });
  after(() => node.remove());
  afterEach(() => {
    node.api.fault = () => {};
  });

  const pidOf = async (id: string): Promise<number> =>
    JSON.parse((await node.cri.containerInfo(id.replace('containerd://', ''))).info ?? '{}').pid;

  it('that starts again touches no running container, and keeps pods ready', async () => {
    await node.create('stays', {
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        busybox('c', idle, {
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
          readinessProbe: { exec: { command: ['true'] }, periodSeconds: 1 },
        }),
      ],
    });
    const before = await node.ready('stays');
    await node.exec(before, ['touch', '/v/kept']);
    await node.stopKubelet();
    const written = node.api.statuses.length;
    await node.startKubelet();
    await settle(1500);
    const after = await node.get('stays');
    assert.equal(containerId(after), containerId(before));
    assert.equal(after.status?.containerStatuses?.[0]?.restartCount, 0);
    assert.deepEqual(
      node.api.statuses.slice(written).filter(s => !s.ready),
      [],
      'it was never reported as not ready',
    );
    await node.exec(after, ['ls', '/v/kept']);
  });

  it('that was away restarts what died meanwhile, with its count', async () => {
    await node.create('died', { containers: [busybox('c', idle)] });
    const before = await node.ready('died');
    await node.stopKubelet();
    process.kill(await pidOf(containerId(before)), 'SIGKILL');
    await node.startKubelet();
    const after = await node.until('died', 'running anew', p => isReady(p) && containerId(p) !== containerId(before));
    assert.equal(after.status?.containerStatuses?.[0]?.restartCount, 1);
  });

  it('that was away ends what was deleted meanwhile, and cleans up what nobody knows', async () => {
    await node.create('deleted', { containers: [busybox('c', idle)] });
    await node.create('vanished', { containers: [busybox('c', idle)] });
    const vanished = await node.ready('vanished');
    await node.ready('deleted');
    await node.stopKubelet();
    await node.delete('deleted');
    await node.delete('vanished', 0);
    await node.startKubelet();
    await node.gone('deleted');
    const uid = vanished.metadata.uid ?? '';
    const left = async (): Promise<unknown[]> => [
      ...(await node.cri.listPodSandbox({ 'io.kubernetes.pod.uid': uid })),
      ...(await readdir(`${node.dataDir}/pods`)).filter(name => name === uid),
      ...(await readdir(`${node.dataDir}/logs/pods`)).filter(name => name.endsWith(uid)),
    ];
    for (let tries = 0; (await left()).length > 0; tries++) {
      assert.ok(tries < 500, JSON.stringify(await left()));
      await settle(20);
    }
  });

  it('without the API goes on restarting, and reports when it is back', async () => {
    await node.create('alone', { containers: [busybox('c', idle)] });
    const before = await node.ready('alone');
    node.api.fault = () => {
      throw new ConnectionError('connection refused');
    };
    node.api.dropWatches();
    process.kill(await pidOf(containerId(before)), 'SIGKILL');
    for (let tries = 0; ; tries++) {
      const id = node.view.find('default', 'alone')?.containers[0]?.id;
      if (id && `containerd://${id}` !== containerId(before)) break;
      assert.ok(tries < 500);
      await settle(10);
    }
    node.api.fault = () => {};
    const after = await node.until('alone', 'reported', p => isReady(p) && containerId(p) !== containerId(before));
    assert.equal(after.status?.containerStatuses?.[0]?.restartCount, 1);
  });

  it('that starts without the API leaves everything as it is', async () => {
    const running = async (): Promise<string[]> =>
      (await node.cri.listContainers())
        .filter(c => c.state === 'CONTAINER_RUNNING')
        .map(c => c.id)
        .sort();
    const before = await running();
    await node.stopKubelet();
    node.api.fault = () => {
      throw new ConnectionError('connection refused');
    };
    await node.startKubelet();
    await settle(1000);
    assert.deepEqual(await running(), before);
    node.api.fault = () => {};
  });

  it('makes a new sandbox when one dies, and starts its containers again', async () => {
    await node.create('sandboxed', { containers: [busybox('c', idle)] });
    const before = await node.ready('sandboxed');
    const [sandbox] = await node.cri.listPodSandbox({ 'io.kubernetes.pod.uid': before.metadata.uid ?? '' });
    process.kill(node.pidOfTask(sandbox?.id ?? ''), 'SIGKILL');
    const after = await node.until(
      'sandboxed',
      'running anew',
      p => isReady(p) && containerId(p) !== containerId(before),
    );
    assert.equal(after.status?.containerStatuses?.[0]?.restartCount, 1);
    await node.exec(after, ['ping', '-c', '1', '-W', '1', '10.251.0.1']);
  });

  it('starts a containerd again that has died, and finds its pods as they were', async () => {
    const before = await node.ready('stays');
    const pid = Number(readFileSync(join(node.dataDir, 'containerd', 'containerd.pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    for (let tries = 0; !(await node.cri.version().catch(() => undefined)); tries++) {
      assert.ok(tries < 500);
      await settle(20);
    }
    assert.equal(containerId(await node.ready('stays')), containerId(before));
    process.kill(await pidOf(containerId(before)), 'SIGKILL');
    await node.until('stays', 'running anew', p => isReady(p) && containerId(p) !== containerId(before));
  });

  it('a pod that is replaced by another of its name gives way to it', async () => {
    await node.create('twin', { containers: [busybox('c', idle)] });
    const first = await node.ready('twin');
    await node.delete('twin', 0);
    const second = await node.create('twin', { containers: [busybox('c', idle)] });
    const ready = await node.ready('twin');
    assert.equal(ready.metadata.uid, second.metadata.uid);
    assert.notEqual(containerId(ready), containerId(first));
    assert.equal((await node.api.list(pods)).items.filter(p => p.metadata.name === 'twin').length, 1);
  });
});

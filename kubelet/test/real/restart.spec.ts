/** A kubelet that stops, starts, or loses the API under running pods. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '../../../api/types.js';
import { ConnectionError } from '../../../client/client.js';
import { pods } from '../../../client/resources.js';
import { busybox, containerId, eventually, idle, isReady, TestNode } from '../node.js';

const settle = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

describe('a kubelet', function () {
  this.timeout(120_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start();
  });
  after(() => node.remove());
  afterEach(() => {
    node.api.fault = () => {};
  });

  /** The kubelet that runs now has seen the pod's container run. */
  const seenRunning = (name: string): Promise<unknown> =>
    eventually(
      `the kubelet sees ${name}`,
      () => node.view.find('default', name)?.containers[0],
      container => container?.state === 'running',
    );

  const killContainerd = (): void => {
    process.kill(Number(readFileSync(join(node.dataDir, 'containerd', 'containerd.pid'), 'utf8')), 'SIGKILL');
  };

  const pidOf = async (id: string): Promise<number> =>
    JSON.parse((await node.cri.containerInfo(id.replace('containerd://', ''))).info ?? '{}').pid;

  it('that starts again touches no running container, and keeps pods ready', async () => {
    await node.create('stays', {
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        busybox('c', idle, {
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
          readinessProbe: { exec: { command: ['true'] }, periodSeconds: 1, timeoutSeconds: 20 },
        }),
      ],
    });
    const before = await node.ready('stays');
    await node.exec(before, ['touch', '/v/kept']);
    await node.stopKubelet();
    const written = node.api.statuses.length;
    await node.startKubelet();
    await seenRunning('stays');
    // Its probe has its turn.
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
    await eventually('nothing is left of it', left, things => things.length === 0);
  });

  it('without the API goes on restarting, and reports when it is back', async () => {
    await node.create('alone', { containers: [busybox('c', idle)] });
    const before = await node.ready('alone');
    node.api.fault = () => {
      throw new ConnectionError('connection refused');
    };
    node.api.dropWatches();
    process.kill(await pidOf(containerId(before)), 'SIGKILL');
    await eventually(
      'it is started again',
      () => node.view.find('default', 'alone')?.containers[0]?.id,
      id => id !== undefined && `containerd://${id}` !== containerId(before),
    );
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
    await node.exec(after, ['ping', '-c', '1', '-W', '10', '10.251.0.1']);
  });

  it('starts a containerd again that has died, and finds its pods as they were', async () => {
    const before = await node.ready('stays');
    killContainerd();
    // At once: before the kubelet has the new containerd's events.
    const running = await eventually(
      'containerd knows the container',
      () => pidOf(containerId(before)).catch(() => undefined),
      found => found !== undefined,
    );
    assert.equal(containerId(await node.get('stays')), containerId(before));
    process.kill(running ?? 0, 'SIGKILL');
    const after = await node.until('stays', 'running anew', p => isReady(p) && containerId(p) !== containerId(before));
    assert.equal(after.status?.containerStatuses?.[0]?.restartCount, 1);
  });

  it('goes on with a crash loop where an earlier kubelet or containerd was: back-off, count and last end', async () => {
    const status = async () => (await node.get('crashes')).status?.containerStatuses?.[0];
    const waitsAgain = (restarts: number, delay: string): Promise<Pod> =>
      node.until('crashes', `waiting for ${delay}`, ({ status: { containerStatuses = [] } = {} }) => {
        const [one] = containerStatuses;
        const message = one?.state?.waiting?.message ?? '';
        return one?.restartCount === restarts && message.startsWith(`back-off ${delay} restarting failed container=c`);
      });
    await node.create('crashes', { containers: [busybox('c', 'exit 3')] });
    await waitsAgain(1, '10s');
    const first = await status();
    await node.stopKubelet();
    await node.startKubelet();
    await eventually(
      'the kubelet sees it',
      () => node.view.find('default', 'crashes')?.containers[0]?.waitingReason,
      reason => reason === 'CrashLoopBackOff',
    );
    const written = node.api.statuses.filter(({ name }) => name === 'crashes').length;
    assert.deepEqual(await status(), first, 'the new kubelet says the same');
    killContainerd();
    await waitsAgain(2, '20s');
    const ended = Date.parse(first?.lastState?.terminated?.finishedAt ?? '');
    const again = Date.parse((await status())?.lastState?.terminated?.startedAt ?? '');
    // Both are whole seconds.
    assert.ok(again - ended >= 9000, `it was started again after ${again - ended} ms`);
    assert.equal((await status())?.lastState?.terminated?.exitCode, 3);
    assert.ok(node.api.statuses.filter(({ name }) => name === 'crashes').length > written);
    await node.delete('crashes');
    await node.gone('crashes');
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

/** Pods that a node runs from files. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../../../api/types.js';
import { pods } from '../../../client/resources.js';
import { busyboxImage } from '../../images/local.js';
import { busybox, containerId, eventually, idle, isReady, nodeName, TestNode } from '../node.js';

describe('a static pod', function () {
  this.timeout(120_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start();
  });
  after(() => node.remove());

  const name = `web-${nodeName}`;
  const file = () => join(node.dataDir, 'manifests', 'web.json');
  const write = (greeting: string): void => {
    const container = { ...busybox('c', idle), image: busyboxImage, env: [{ name: 'GREETING', value: greeting }] };
    const spec = { terminationGracePeriodSeconds: 1, containers: [container] };
    writeFileSync(file(), JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec }));
  };
  const greeting = async (pod: Pod): Promise<string> => (await node.exec(pod, ['sh', '-c', 'echo $GREETING'])).trim();
  const running = async () =>
    (await node.cri.listContainers()).filter(c => c.state === 'CONTAINER_RUNNING' && c.metadata.name === 'c');

  /** The mirror, once the API shows it as wanted. */
  const shown = async (wanted: (pod: Pod) => boolean = () => true): Promise<Pod> => {
    const ask = () => node.get(name).catch(() => undefined);
    const found = await eventually(
      'the mirror is as wanted',
      ask,
      pod => pod !== undefined && isReady(pod) && wanted(pod),
    );
    assert.ok(found);
    return found;
  };

  it('runs, and the API shows it', async () => {
    write('hello');
    const mirror = await shown();
    assert.equal(mirror.metadata.annotations?.['kubernetes.io/config.source'], 'file');
    assert.ok(mirror.metadata.annotations?.['kubernetes.io/config.mirror']);
    assert.equal(await greeting(mirror), 'hello');
    assert.equal(node.view.find('default', name)?.containers[0]?.state, 'running', 'logs and exec find it by its name');
  });

  it('its mirror comes back when somebody deletes it, and nothing was restarted', async () => {
    const before = await shown();
    await node.delete(name);
    const after = await shown(pod => pod.metadata.uid !== before.metadata.uid);
    assert.equal(containerId(after), containerId(before));
  });

  it('is another pod when its file changes, and none when it is wrong', async () => {
    const before = await shown();
    write('hi');
    const after = await shown(pod => pod.metadata.uid !== before.metadata.uid);
    assert.equal(await greeting(after), 'hi');
    assert.equal((await running()).length, 1);
  });

  it('outlives its kubelet, and runs without an API', async () => {
    const before = await shown();
    await node.stopKubelet();
    await node.startKubelet();
    await eventually(
      'it is known',
      () => node.view.find('default', name)?.containers[0]?.state,
      state => state === 'running',
    );
    assert.equal(containerId(await shown()), containerId(before));
    node.api.fault = () => {
      throw new Error('the API is away');
    };
    node.api.dropWatches();
    write('alone');
    const [id] = containerId(before).split('://').slice(1);
    await eventually('another one runs', running, all => all.length === 1 && all[0]?.id !== id);
    node.api.fault = () => {};
    assert.equal(await greeting(await shown(pod => containerId(pod) !== containerId(before))), 'alone');
  });

  it('goes with its file, and its mirror with it', async () => {
    rmSync(file());
    await eventually('nothing runs', running, all => all.length === 0);
    await eventually(
      'its mirror is gone',
      () => node.api.list(pods, { namespace: 'default' }),
      ({ items }) => items.length === 0,
    );
    await eventually(
      'nothing of it is left',
      () => node.cgroups(),
      groups => groups.length === 0,
    );
  });
});

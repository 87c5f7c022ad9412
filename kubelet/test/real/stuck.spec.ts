/** A runtime that does not answer one pod's calls: the others come and go meanwhile. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { containerdPaths } from '../../containerd/start.js';
import { type HoldingRuntime, type Holds, holdingRuntime } from '../holding-runtime.js';
import { busybox, eventually, idle, isReady, TestNode } from '../node.js';

describe('a call of the runtime that hangs for one pod', function () {
  this.timeout(240_000);
  let node: TestNode;
  let runtime: HoldingRuntime;
  const socket = (): string => join(node.dataDir, 'holding.sock');
  before(async () => {
    node = await TestNode.start();
  });
  after(() => node.remove());
  afterEach(async () => {
    await node.stopKubelet();
    await runtime.close();
  });

  /** A kubelet whose calls of that name, about that pod, go nowhere. */
  const holding = async (holds: Holds): Promise<void> => {
    await node.stopKubelet();
    runtime = await holdingRuntime(socket(), containerdPaths(node.dataDir).socket, holds);
    await node.startKubelet({ criSocket: socket() });
  };
  const others = Array.from({ length: 12 }, (_, i) => `other-${i}`);
  const comeAndGo = async (): Promise<void> => {
    for (const name of others) await node.create(name, { containers: [busybox('c', idle)] });
    await Promise.all(others.map(name => node.ready(name)));
    await Promise.all(others.map(name => node.delete(name)));
    await Promise.all(others.map(name => node.gone(name)));
  };
  const held = (): Promise<number> =>
    eventually(
      'the call hangs',
      () => runtime.held(),
      count => count > 0,
    );

  for (const [call, what] of [
    ['RunPodSandbox', 'its sandbox'],
    ['CreateContainer', 'its container'],
    ['StartContainer', 'the start of its container'],
  ] as const)
    it(`that makes ${what} delays no other; answered, it goes on`, async () => {
      // Of a container's start the message has the id alone.
      const isAboutIt = call === 'StartContainer' ? () => true : (message: Buffer) => message.includes('stuck-pod');
      let taken = 0;
      await holding((path, message) => path.endsWith(`/${call}`) && isAboutIt(message) && taken++ === 0);
      await node.create('stuck-pod', { containers: [busybox('c', idle)] });
      await held();
      await comeAndGo();
      assert.equal(runtime.held(), 1);
      assert.equal(isReady(await node.get('stuck-pod')), false);
      runtime.release();
      const pod = await node.ready('stuck-pod');
      assert.equal(pod.status?.containerStatuses?.[0]?.restartCount, 0);
      await node.delete('stuck-pod');
      await node.gone('stuck-pod');
    });

  it('that stops its container delays no other, and nothing is left of it in the end', async () => {
    let taken = 0;
    await holding(path => path.endsWith('/StopContainer') && taken++ === 0);
    await node.create('stuck-pod', { containers: [busybox('c', idle)] });
    await node.ready('stuck-pod');
    await node.delete('stuck-pod');
    await held();
    await comeAndGo();
    runtime.release();
    await node.gone('stuck-pod');
    assert.deepEqual(await node.cri.listPodSandbox(), []);
  });
});

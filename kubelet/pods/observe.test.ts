import assert from 'node:assert/strict';
import type { Clock } from '../../api/clock.js';
import { Announced } from '../cri/announced.js';
import type { Cri } from '../cri/cri.js';
import { Directories } from '../directories.js';
import { PodObserver } from './observe.js';

/** A container that has been killed; the runtime learns why after so many questions. */
function runtime(toldAfter: number) {
  let asked = 0;
  const labels = { 'io.kubernetes.container.name': 'c' };
  const one = { id: 'c0', podSandboxId: 's', metadata: { name: 'c', attempt: 0 }, labels, annotations: {} };
  const status = {
    ...one,
    createdAt: 0,
    startedAt: 0,
    finishedAt: 0,
    state: 'CONTAINER_EXITED',
    exitCode: 137,
    image: { image: 'i' },
    imageRef: 'r',
    message: '',
    logPath: '',
  };
  const cri = {
    listPodSandbox: async () => [],
    listContainers: async () => [
      { ...one, createdAt: 0, state: 'CONTAINER_EXITED', image: { image: 'i' }, imageRef: 'r' },
    ],
    containerStatus: async () => ({ ...status, reason: asked++ >= toldAfter ? 'OOMKilled' : '' }),
  } as unknown as Cri;
  return { cri, asked: () => asked };
}

function observer(cri: Cri, mayRunOut: boolean) {
  const ooms = new Announced();
  let slept = 0;
  const clock = {
    now: () => 0,
    sleep: async (ms: number) => {
      slept += ms;
    },
  } as unknown as Clock;
  const directories = new Directories('/none');
  const one = new PodObserver({ cri, clock, ooms, uid: 'u', directories, mayRunOut: () => mayRunOut });
  const reason = async (): Promise<string | undefined> => (await one.observe()).containers[0]?.reason;
  return { reason, ooms, slept: () => slept };
}

describe('why a container was killed', () => {
  it('is asked again where it may be its memory, as the runtime learns of that apart from the end', async () => {
    const { cri, asked } = runtime(3);
    assert.equal(await observer(cri, true).reason(), 'OOMKilled');
    assert.equal(asked(), 4);
  });

  it('is not asked for ever', async () => {
    const { cri, asked } = runtime(1000);
    const { reason, slept } = observer(cri, true);
    assert.equal(await reason(), '');
    assert.equal(asked(), 7);
    assert.equal(slept(), 630);
    await reason();
    assert.equal(asked(), 7, 'once is enough');
  });

  it('is not asked again where it cannot be its memory', async () => {
    const { cri, asked } = runtime(1000);
    assert.equal(await observer(cri, false).reason(), '');
    assert.equal(asked(), 1);
  });

  it('is known at once from the event', async () => {
    const { cri, asked } = runtime(1000);
    const { reason, ooms } = observer(cri, true);
    ooms.add('c0');
    assert.equal(await reason(), 'OOMKilled');
    assert.equal(asked(), 1);
  });

  it('is corrected by an event that comes late', async () => {
    const { cri } = runtime(1000);
    const { reason, ooms } = observer(cri, false);
    assert.equal(await reason(), '');
    ooms.add('c0');
    assert.equal(await reason(), 'OOMKilled');
  });
});

describe('what the kubelet has made itself', () => {
  it('is looked at alone, and is known to the next look at everything', async () => {
    const asked: string[] = [];
    const stamp = { createdAt: 2e6, startedAt: 3e6, finishedAt: 0 };
    const c = {
      id: 'c1',
      metadata: { name: 'c', attempt: 1 },
      labels: {},
      annotations: {},
      state: 'CONTAINER_RUNNING',
    };
    const s = { id: 's1', metadata: { attempt: 1 }, state: 'SANDBOX_READY', createdAt: 1e6 };
    const cri = {
      listPodSandbox: async () => [{ ...s }],
      listContainers: async () => [{ ...c, podSandboxId: 's1', createdAt: 2e6 }],
      podSandboxStatus: async (id: string) => {
        asked.push(id);
        return { ...s, network: { ip: '10.0.0.2', additionalIps: [] } };
      },
      containerStatus: async (id: string) => {
        asked.push(id);
        return {
          ...c,
          ...stamp,
          exitCode: 0,
          image: { image: 'i' },
          imageRef: 'r',
          logPath: '',
          message: '',
          reason: '',
        };
      },
    } as unknown as Cri;
    const options = { cri, clock: {} as Clock, ooms: new Announced(), uid: 'u', directories: new Directories('/none') };
    const observer = new PodObserver({ ...options, mayRunOut: () => false });
    await observer.observeMade({ sandbox: 's1' });
    const seen = await observer.observeMade({ container: 'c1', sandboxId: 's1' });
    assert.deepEqual(seen.sandboxes, [{ id: 's1', ready: true, attempt: 1, createdAt: 1, ips: ['10.0.0.2'] }]);
    const { name, sandboxId, state, startedAt } = seen.containers[0] ?? assert.fail('no container was seen');
    assert.deepEqual(
      { name, sandboxId, state, startedAt },
      { name: 'c', sandboxId: 's1', state: 'running', startedAt: 3 },
    );
    assert.deepEqual(await observer.observe(), seen);
    assert.deepEqual(asked, ['s1', 'c1'], 'each was asked for once');
  });
});

import assert from 'node:assert/strict';
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../../api/types.js';
import type { OwnRestarts, RestartPolicy } from '../pods/restart-policy.js';
import type { ContainerSeen, Seen } from '../pods/seen.js';
import { baseStatus, isEcho } from './base.js';
import { statusPatch } from './patch.js';
import { phaseOf } from './phase.js';
import { type PodFactsForStatus, podStatus } from './pod-status.js';

const now = Date.UTC(2026, 0, 2);
const nowText = '2026-01-02T00:00:00Z';

const pod = (spec: object = {}, status: object = {}): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'd', uid: 'u' },
    spec: { containers: [{ name: 'a', image: 'img' }], ...spec },
    status,
  }) as Pod;
const container = (more: Partial<ContainerSeen> = {}): ContainerSeen => ({
  id: 'a0',
  name: 'a',
  sandboxId: 's',
  state: 'running',
  attempt: 0,
  hash: '',
  createdAt: now,
  restartDelayMs: 0,
  startedAt: now,
  finishedAt: 0,
  exitCode: 0,
  reason: '',
  message: '',
  image: 'img',
  imageId: 'sha256:1',
  logPath: '',
  ...more,
});
const seen = (...containers: ContainerSeen[]): Seen => ({
  sandboxes: [{ id: 's', ready: true, attempt: 0, createdAt: now, ips: ['10.1.1.1'] }],
  containers,
});
const facts = (more: Partial<PodFactsForStatus> = {}): PodFactsForStatus => ({
  seen: seen(),
  ending: undefined,
  waiting: new Map(),
  started: () => true,
  ready: () => true,
  resize: { sizes: new Map() },
  imageOfVolume: () => undefined,
  nodeIP: '10.0.0.1',
  runtimeName: 'containerd',
  now,
  ...more,
});
const condition = (status: PodStatus, type: string): string => {
  const found = status.conditions?.find(c => c.type === type);
  return [found?.status, found?.reason].filter(Boolean).join(' ');
};
const terminated = (exitCode: number): ContainerSeen =>
  container({ state: 'exited', exitCode, finishedAt: now, reason: exitCode === 0 ? 'Completed' : 'Error' });

describe("a pod's status", () => {
  interface Case {
    what: string;
    pod?: Pod;
    facts: PodFactsForStatus;
    phase: string;
    ready: string;
    state?: object;
    lastState?: object;
  }
  const cases: Case[] = [
    {
      what: 'nothing is there yet',
      facts: facts({ seen: { sandboxes: [], containers: [] } }),
      phase: 'Pending',
      ready: 'False ContainersNotReady',
      state: { waiting: { reason: 'ContainerCreating' } },
    },
    {
      what: 'its image cannot be had',
      facts: facts({ waiting: new Map([['a', { reason: 'ErrImagePull', message: 'm' }]]) }),
      phase: 'Pending',
      ready: 'False ContainersNotReady',
      state: { waiting: { reason: 'ErrImagePull', message: 'm' } },
    },
    {
      what: 'it runs',
      facts: facts({ seen: seen(container()) }),
      phase: 'Running',
      ready: 'True',
      state: { running: { startedAt: nowText } },
    },
    {
      what: 'it runs and is not ready',
      facts: facts({ seen: seen(container()), ready: () => false }),
      phase: 'Running',
      ready: 'False ContainersNotReady',
    },
    {
      what: 'it has ended and comes again',
      facts: facts({ seen: seen(terminated(1)) }),
      phase: 'Running',
      ready: 'False ContainersNotReady',
    },
    {
      what: 'it is held back',
      facts: facts({ seen: seen(terminated(1)), waiting: new Map([['a', { reason: 'CrashLoopBackOff' }]]) }),
      phase: 'Running',
      ready: 'False ContainersNotReady',
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: {
        terminated: {
          exitCode: 1,
          reason: 'Error',
          startedAt: nowText,
          finishedAt: nowText,
          containerID: 'containerd://a0',
        },
      },
    },
    {
      what: 'its work is done',
      pod: pod({ restartPolicy: 'Never' }),
      facts: facts({ seen: seen(terminated(0)), ending: { why: 'finished', deadline: 0 } }),
      phase: 'Succeeded',
      ready: 'False PodCompleted',
    },
    {
      what: 'its work has failed',
      pod: pod({ restartPolicy: 'Never' }),
      facts: facts({ seen: seen(terminated(2)), ending: { why: 'finished', deadline: 0 } }),
      phase: 'Failed',
      ready: 'False PodFailed',
    },
    {
      what: 'it is deleted and still runs',
      facts: facts({ seen: seen(container()), ending: { why: 'deleted', deadline: 0 } }),
      phase: 'Running',
      ready: 'True',
    },
    {
      what: 'it is deleted and has ended',
      facts: facts({ seen: seen(terminated(137)), ending: { why: 'deleted', deadline: 0 } }),
      phase: 'Failed',
      ready: 'False PodFailed',
    },
    {
      what: 'it is refused',
      facts: facts({ ending: { why: 'failed', deadline: 0, status: { reason: 'NotSupported', message: 'm' } } }),
      phase: 'Failed',
      ready: 'False PodFailed',
    },
    {
      what: 'its init container runs',
      pod: pod({ initContainers: [{ name: 'i' }] }),
      facts: facts({ seen: seen(container({ id: 'i0', name: 'i' })) }),
      phase: 'Pending',
      ready: 'False ContainersNotReady',
      state: { waiting: { reason: 'PodInitializing' } },
    },
    {
      what: 'its init container has failed for good',
      pod: pod({ restartPolicy: 'Never', initContainers: [{ name: 'i' }] }),
      facts: facts({ seen: seen({ ...terminated(1), name: 'i' }) }),
      phase: 'Failed',
      ready: 'False PodFailed',
    },
    {
      what: 'a gate is missing',
      pod: pod({ readinessGates: [{ conditionType: 'x/y' }] }),
      facts: facts({ seen: seen(container()) }),
      phase: 'Running',
      ready: 'False ReadinessGatesNotReady',
    },
  ];
  for (const { what, pod: object = pod(), facts: given, phase, ready, state, lastState } of cases) {
    it(what, () => {
      const status = podStatus(object, given);
      assert.equal(status.phase, phase);
      assert.equal(condition(status, 'Ready'), ready);
      if (state) assert.deepEqual(status.containerStatuses?.[0]?.state, state);
      if (lastState) assert.deepEqual(status.containerStatuses?.[0]?.lastState, lastState);
    });
  }

  it('tells addresses, ids and counts', () => {
    const status = podStatus(pod(), facts({ seen: seen(container({ attempt: 3 })) }));
    assert.equal(status.podIP, '10.1.1.1');
    assert.deepEqual(status.hostIPs, [{ ip: '10.0.0.1' }]);
    assert.equal(status.startTime, nowText);
    const [one] = status.containerStatuses ?? [];
    assert.equal(one?.restartCount, 3);
    assert.equal(one?.containerID, 'containerd://a0');
    assert.equal(one?.started, true);
  });

  it('tells last words, which all of its containers share', () => {
    const spoken = (others: number): number | undefined => {
      const spec = {
        containers: [{ name: 'a' }],
        initContainers: Array.from({ length: others }, (_, n) => ({ name: `i${n}` })),
      };
      const end = { ...terminated(1), message: 'x'.repeat(4096) };
      return podStatus(pod(spec), facts({ seen: seen(end) })).containerStatuses?.[0]?.state?.terminated?.message
        ?.length;
    };
    assert.deepEqual([0, 2, 5].map(spoken), [4096, 4096, 2048]);
  });

  it('keeps the time of a condition that did not change', () => {
    const old: PodCondition = { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' };
    const kept = podStatus(pod({}, { conditions: [old] }), facts({ seen: seen(container()) }));
    assert.deepEqual(
      kept.conditions?.find(c => c.type === 'Ready'),
      old,
    );
    const changed = podStatus(pod({}, { conditions: [old] }), facts());
    assert.equal(changed.conditions?.find(c => c.type === 'Ready')?.lastTransitionTime, nowText);
  });

  it('is final once it has Succeeded or Failed', () => {
    const final = { phase: 'Failed', reason: 'Evicted' };
    assert.deepEqual(podStatus(pod({}, final), facts({ seen: seen(container()) })), final);
  });

  it('a container that vanished while the pod ended is not claimed to run', () => {
    const before = [{ name: 'a', state: { running: {} }, restartCount: 2 }];
    const given = facts({ seen: { sandboxes: [], containers: [] }, ending: { why: 'deleted', deadline: 0 } });
    const status = podStatus(pod({}, { containerStatuses: before }), given);
    assert.equal(status.containerStatuses?.[0]?.state?.terminated?.reason, 'ContainerStatusUnknown');
  });
});

describe('the status of a pod with a sidecar', () => {
  const spec = { initContainers: [{ name: 's', image: 'img', restartPolicy: 'Always' }] };
  const sidecar = container({ id: 's0', name: 's' });
  const told = (more: Partial<PodFactsForStatus>, policy = 'Always') => {
    const status = podStatus(pod({ ...spec, restartPolicy: policy }), facts(more));
    return [status.phase, condition(status, 'Initialized'), condition(status, 'Ready')];
  };

  it('waits for it to start', () =>
    assert.deepEqual(told({ seen: seen(sidecar), started: () => false }), [
      'Pending',
      'False ContainersNotInitialized',
      'False ContainersNotReady',
    ]));
  it('is ready when both are', () => {
    assert.deepEqual(told({ seen: seen(sidecar, container()) }), ['Running', 'True', 'True']);
    const unready = told({ seen: seen(sidecar, container()), ready: id => id !== 's0' });
    assert.deepEqual(unready, ['Running', 'True', 'False ContainersNotReady']);
  });
  it('shows it as it is, not as an init container that has to end', () => {
    const status = podStatus(pod(spec), facts({ seen: seen(sidecar) })).initContainerStatuses?.[0];
    assert.deepEqual([status?.ready, status?.started], [true, true]);
  });
  it('is final once it has ended as well', () => {
    const ending = { why: 'finished' as const, deadline: 0 };
    assert.equal(told({ seen: seen(sidecar, terminated(0)), ending }, 'Never')[0], 'Running');
    const ended = container({ id: 's0', name: 's', state: 'exited', exitCode: 137 });
    assert.equal(told({ seen: seen(ended, terminated(0)), ending }, 'Never')[0], 'Succeeded');
  });
});

describe('the status of a mount', () => {
  it('tells whether it is read-only, and which image it shows', () => {
    const volumeMounts = [
      { name: 'files', mountPath: '/f' },
      { name: 'v', mountPath: '/v', readOnly: true },
    ];
    const spec = { containers: [{ name: 'a', image: 'img', volumeMounts }] };
    const imageOfVolume = (name: string) => (name === 'files' ? 'sha256:1' : undefined);
    const status = podStatus(pod(spec), facts({ seen: seen(container()), imageOfVolume }));
    assert.deepEqual(status.containerStatuses?.[0]?.volumeMounts, [
      { name: 'files', mountPath: '/f', volumeStatus: { image: { imageRef: 'sha256:1' } } },
      { name: 'v', mountPath: '/v', readOnly: true, recursiveReadOnly: 'Disabled' },
    ]);
  });
});

describe('the status of a pod that is looked into', () => {
  const spec = { ephemeralContainers: [{ name: 'e', image: 'img' }] };
  const looking = container({ id: 'e0', name: 'e' });
  it('has the container in a list of its own, without a say in anything', () => {
    const status = podStatus(pod(spec), facts({ seen: seen(looking, container()) }));
    assert.deepEqual([status.phase, condition(status, 'Ready')], ['Running', 'True']);
    const [only] = status.ephemeralContainerStatuses ?? [];
    assert.deepEqual([only?.name, only?.ready, only?.state?.running !== undefined], ['e', false, true]);
    const waits = podStatus(pod(spec), facts({ seen: seen(container()) })).ephemeralContainerStatuses?.[0];
    assert.equal(waits?.state?.waiting?.reason, 'ContainerCreating');
  });
});

describe('the phase', () => {
  const s = (state: object, lastState: object = {}): ContainerStatus =>
    ({ name: 'x', state, lastState }) as unknown as ContainerStatus;
  const runs = s({ running: {} });
  const waits = s({ waiting: {} });
  const again = s({ waiting: {} }, { terminated: { exitCode: 1 } });
  const done = s({ terminated: { exitCode: 0 } });
  const bad = s({ terminated: { exitCode: 1 } });
  const x = (own: OwnRestarts) => new Map([['x', own]]);
  const cases: [RestartPolicy, ContainerStatus[], string, Map<string, OwnRestarts>?][] = [
    ['Never', [done, bad], 'Running', x({ restartPolicy: 'Always' })],
    ['Never', [done, again], 'Running', x({ restartPolicy: 'OnFailure' })],
    ['Always', [done, bad], 'Failed', x({ restartPolicy: 'Never' })],
    ['Always', [done, done], 'Succeeded', x({ restartPolicy: 'OnFailure' })],
    ['Always', [runs, waits], 'Pending'],
    ['Always', [runs, again], 'Running'],
    ['Always', [done, bad], 'Running'],
    ['OnFailure', [done, done], 'Succeeded'],
    ['OnFailure', [done, bad], 'Running'],
    ['Never', [done, bad], 'Failed'],
    ['Never', [done, runs], 'Running'],
  ];
  for (const [index, [restartPolicy, main, expected, own = new Map()]] of cases.entries()) {
    it(`${restartPolicy}, case ${index}: ${expected}`, () =>
      assert.equal(phaseOf({ restartPolicy, own, init: [], main, ending: false }), expected));
  }
});

describe('the base of a new status', () => {
  it('has the own conditions as they were said, and those of others as they are', () => {
    const c = (type: string, status: string): PodCondition => ({ type, status });
    const api = pod({}, { phase: 'Pending', conditions: [c('Ready', 'False'), c('other', 'True')] });
    const said = { phase: 'Running', conditions: [c('Ready', 'True'), c('other', 'False')] };
    assert.deepEqual(baseStatus(api, said).status, {
      phase: 'Running',
      conditions: [c('other', 'True'), c('Ready', 'True')],
    });
  });
  it('is what the API has once that is final', () => {
    const api = pod({}, { phase: 'Failed' });
    assert.equal(baseStatus(api, { phase: 'Running' }), api);
  });
});

describe('a change of a pod in the API', () => {
  const c = (type: string, status: string): PodCondition => ({ type, status });
  const before = pod({}, { phase: 'Pending', conditions: [c('Ready', 'False'), c('gate', 'False')] });
  const changed = (metadata: Partial<Pod['metadata']>, status: PodStatus = {}): Pod => ({
    ...before,
    metadata: { ...before.metadata, resourceVersion: '7', ...metadata },
    status: { ...before.status, ...status },
  });
  const cases: [what: string, now: Pod, expected: boolean][] = [
    ['the status that its kubelet has written', changed({}, { phase: 'Running', podIP: '10.0.0.1' }), true],
    ['who wrote what', changed({ managedFields: [{ manager: 'kubelet' }] }), true],
    ["the kubelet's own condition", changed({}, { conditions: [c('gate', 'False'), c('Ready', 'True')] }), true],
    ["another's condition", changed({}, { conditions: [c('Ready', 'False'), c('gate', 'True')] }), false],
    ['its end, whoever has written it', changed({}, { phase: 'Failed' }), false],
    ['a label', changed({ labels: { a: 'b' } }), false],
    ['its deletion', changed({ deletionTimestamp: '2026-01-01T00:00:00Z' }), false],
    ['its spec', { ...before, spec: { containers: [], activeDeadlineSeconds: 3 } }, false],
  ];
  for (const [what, now, expected] of cases)
    it(`${what}: ${expected ? 'an echo' : 'news'}`, () => assert.equal(isEcho(before, now), expected));
});

describe('the patch of a status', () => {
  it('takes away what no longer holds', () => {
    const before = { phase: 'Running', message: 'm', conditions: [{ type: 'Ready', status: 'False', reason: 'r' }] };
    const after = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    assert.deepEqual(statusPatch('u', before, after), {
      metadata: { uid: 'u' },
      status: { phase: 'Running', message: null, conditions: [{ type: 'Ready', status: 'True', reason: null }] },
    });
  });
  it('takes away a condition that is no more', () => {
    const ready = { type: 'Ready', status: 'True' };
    const theirs = { type: 'example.test/gate', status: 'True' };
    const before = { phase: 'Running', conditions: [ready, theirs, { type: 'PodResizePending', status: 'True' }] };
    assert.deepEqual(statusPatch('u', before, { phase: 'Running', conditions: [ready] }), {
      metadata: { uid: 'u' },
      status: { phase: 'Running', conditions: [ready, { type: 'PodResizePending', $patch: 'delete' }] },
    });
  });
});

import assert from 'node:assert/strict';
import type { ContainerListed } from '../cri/types.js';
import { containerLabels } from './labels.js';
import { isAsSeen, listedByPod } from './listed.js';
import type { ContainerSeen, Seen } from './seen.js';

const labels = (uid: string): Record<string, string> => containerLabels({ namespace: 'n', name: 'p', uid }, 'c');
const sandbox = (id: string, uid = 'u', state: 'SANDBOX_READY' | 'SANDBOX_NOTREADY' = 'SANDBOX_READY') => ({
  ...{ id, state, labels: labels(uid) },
});
const container = (id: string, state: ContainerListed['state'], uid = 'u') => ({ id, state, labels: labels(uid) });

const seen: Seen = {
  sandboxes: [{ id: 's', ready: true, attempt: 0, createdAt: 0, ips: [] }],
  containers: [
    { id: 'new', state: 'running' },
    { id: 'old', state: 'exited' },
  ] as ContainerSeen[],
};
const here = (...containers: ReturnType<typeof container>[]) =>
  listedByPod([sandbox('s')], [...containers, container('other', 'CONTAINER_RUNNING', 'another')]).get('u') ?? [];
const newest = container('new', 'CONTAINER_RUNNING');
const oldest = container('old', 'CONTAINER_EXITED');

describe('what the runtime lists beside what was seen', () => {
  const cases: [what: string, listed: readonly string[], expected: boolean][] = [
    ['the same in another order', here(oldest, newest), true],
    ['an end that nobody told of', here(container('new', 'CONTAINER_EXITED'), oldest), false],
    ['a container that was removed', here(newest), false],
    ['a container that somebody made', here(newest, oldest, container('more', 'CONTAINER_CREATED')), false],
    [
      'a sandbox that died',
      listedByPod([sandbox('s', 'u', 'SANDBOX_NOTREADY')], [newest, oldest]).get('u') ?? [],
      false,
    ],
    ['nothing', [], false],
  ];
  for (const [what, listed, expected] of cases) it(what, () => assert.equal(isAsSeen(listed, seen), expected));

  it('is told apart by pods, and what no kubelet made is nobody’s', () => {
    const strange = { ...container('strange', 'CONTAINER_RUNNING'), labels: {} };
    const byPod = listedByPod([sandbox('a', 'one'), sandbox('b', 'two')], [strange]);
    assert.deepEqual([...byPod.keys()], ['one', 'two']);
    assert.equal(isAsSeen([], { sandboxes: [], containers: [] }), true);
  });
});

import assert from 'node:assert/strict';
import { hasEnded, logPathOf, runningContainer, sandboxOf } from './containers.js';
import type { ContainerView, PodsView } from './contracts.js';
import { streamsOf } from './streams.js';

const named = { namespace: 'ns', pod: 'web', container: 'c' };

function pods(...containers: ContainerView[]): PodsView {
  const view = { pod: { apiVersion: 'v1', kind: 'Pod', metadata: {} }, sandboxId: 'box', containers };
  return { find: (namespace, name) => (namespace === 'ns' && name === 'web' ? view : undefined), list: () => [view] };
}

describe('kubelet/server: which log is read', () => {
  const cases: [string, ContainerView, boolean, string | RegExp][] = [
    ['running', { name: 'c', state: 'running', id: '1', logPath: '/0.log' }, false, '/0.log'],
    ['terminated', { name: 'c', state: 'terminated', id: '1', logPath: '/0.log' }, false, '/0.log'],
    ['waiting to start again', { name: 'c', state: 'waiting', logPath: '/0.log' }, false, '/0.log'],
    [
      'never started',
      { name: 'c', state: 'waiting' },
      false,
      /^container "c" in pod "web" is waiting to start: ContainerCreating$/,
    ],
    [
      'without its image',
      { name: 'c', state: 'waiting', waitingReason: 'ImagePullBackOff' },
      false,
      /is waiting to start: trying and failing to pull image$/,
    ],
    ['removed', { name: 'c', state: 'terminated' }, false, /^container "c" in pod "web" is terminated$/],
    ['another container', { name: 'd', state: 'running' }, false, /^container "c" in pod "web" is not available$/],
    ['the previous one', { name: 'c', state: 'running', logPath: '/1.log', previousLogPath: '/0.log' }, true, '/0.log'],
    [
      'no previous one',
      { name: 'c', state: 'running', logPath: '/0.log' },
      true,
      /^previous terminated container "c" in pod "web" not found$/,
    ],
  ];
  for (const [what, container, previous, expected] of cases) {
    it(what, () => {
      const path = (): string => logPathOf(pods(container), named, previous);
      if (typeof expected === 'string') assert.equal(path(), expected);
      else assert.throws(path, { message: expected, code: 400 });
    });
  }

  it('an unknown pod is 404', () => {
    assert.throws(() => logPathOf(pods(), { ...named, pod: 'x' }, false), {
      code: 404,
      message: /"ns\/x" does not exist/,
    });
  });
});

describe('kubelet/server: where a command runs', () => {
  it('in a container that runs', () => {
    assert.equal(runningContainer(pods({ name: 'c', state: 'running', id: '1' }), named), '1');
    assert.equal(sandboxOf(pods(), 'ns', 'web'), 'box');
  });
  for (const state of ['waiting', 'terminated'] as const) {
    it(`not in one that is ${state}`, () => {
      const found = (): string => runningContainer(pods({ name: 'c', state, id: '1' }), named);
      assert.throws(found, { code: 404, message: 'container not found ("c")' });
    });
  }
});

describe('kubelet/server: a followed container has ended', () => {
  const cases: [string, PodsView, boolean][] = [
    ['not while it runs', pods({ name: 'c', state: 'running', id: '1' }), false],
    ['when it has terminated', pods({ name: 'c', state: 'terminated', id: '1' }), true],
    ['when another instance runs', pods({ name: 'c', state: 'running', id: '2' }), true],
    ['when its pod is gone', { find: () => undefined, list: () => [] }, true],
  ];
  for (const [what, view, expected] of cases) it(what, () => assert.equal(hasEnded(view, named, '1'), expected));
});

describe('kubelet/server: streams of a command', () => {
  const all = { tty: false, stdin: true, stdout: true, stderr: true };
  const cases: [string, ReturnType<typeof streamsOf> | RegExp][] = [
    ['input=1&output=1&error=1', all],
    ['stdin=true&stdout=true&stderr=true', all],
    ['output=1', { ...all, stdin: false, stderr: false }],
    ['input=1&output=1&error=1&tty=1', { ...all, tty: true, stderr: false }],
    ['tty=1', /at least 1 of stdin, stdout, stderr/],
  ];
  for (const [query, expected] of cases) {
    it(query, () => {
      const streams = (): unknown => streamsOf(new URLSearchParams(query));
      if (expected instanceof RegExp) assert.throws(streams, expected);
      else assert.deepEqual(streams(), expected);
    });
  }
});

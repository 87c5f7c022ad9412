import assert from 'node:assert/strict';
import { outcome } from './outcome.js';
import type { RestartPolicy } from './restart-policy.js';
import type { ContainerSeen, Seen } from './seen.js';
import type { ContainerWant, Want } from './want.js';

const seen = (...all: [string, 'running' | number][]): Seen => ({
  sandboxes: [],
  containers: all.map(
    ([name, state]) =>
      ({
        name,
        state: state === 'running' ? state : 'exited',
        exitCode: state === 'running' ? 0 : state,
      }) as ContainerSeen,
  ),
});
const want = (restartPolicy: Want['restartPolicy'], init: string[] = []): Want => ({
  restartPolicy,
  init: init.map(name => ({ name, hash: '' })),
  main: ['a', 'b'].map(name => ({ name, hash: '' })),
  ephemeral: [],
  graceSeconds: 30,
});

describe('the outcome of a pod', () => {
  const cases: [string, Want, Seen, ReturnType<typeof outcome>][] = [
    ['Always is never over', want('Always'), seen(['a', 0], ['b', 0]), 'running'],
    ['nothing was started yet', want('Never'), seen(), 'running'],
    ['one still runs', want('Never'), seen(['a', 1], ['b', 'running']), 'running'],
    ['one was not started yet', want('Never'), seen(['a', 1]), 'running'],
    ['Never: all succeeded', want('Never'), seen(['a', 0], ['b', 0]), 'succeeded'],
    ['Never: one failed', want('Never'), seen(['a', 0], ['b', 2]), 'failed'],
    ['OnFailure: all succeeded', want('OnFailure'), seen(['a', 0], ['b', 0]), 'succeeded'],
    ['OnFailure: one failed and comes again', want('OnFailure'), seen(['a', 0], ['b', 2]), 'running'],
    ['Never: an init container failed', want('Never', ['i']), seen(['i', 1]), 'failed'],
    ['OnFailure: an init container failed and comes again', want('OnFailure', ['i']), seen(['i', 1]), 'running'],
  ];
  const sidecar: Want = { ...want('Never'), init: [{ name: 's', hash: '', sidecar: true }] };
  cases.push(
    ['Never: a sidecar failed, and comes again', sidecar, seen(['s', 1], ['a', 'running']), 'running'],
    ['Never: all but a sidecar have ended', sidecar, seen(['s', 'running'], ['a', 0], ['b', 0]), 'succeeded'],
  );
  const own = (policies: [string, RestartPolicy][], init: string[] = []): Want => {
    const { main, init: before, ...more } = want('Never', init);
    const restarts = new Map(policies);
    const withOwn = (c: ContainerWant): ContainerWant => {
      const restartPolicy = restarts.get(c.name);
      return restartPolicy ? { ...c, restarts: { restartPolicy } } : c;
    };
    return { ...more, init: before.map(withOwn), main: main.map(withOwn) };
  };
  cases.push(
    ['Never, but one comes again', own([['b', 'OnFailure']]), seen(['a', 1], ['b', 2]), 'running'],
    ['Never, and that one has succeeded', own([['b', 'OnFailure']]), seen(['a', 1], ['b', 0]), 'failed'],
    ['Never, but an init container comes again', own([['i', 'OnFailure']], ['i']), seen(['i', 1]), 'running'],
  );
  for (const [what, wanted, had, expected] of cases) it(what, () => assert.equal(outcome(wanted, had), expected));
});

import assert from 'node:assert/strict';
import { outcome } from './outcome.js';
import type { ContainerSeen, Seen } from './seen.js';
import type { Want } from './want.js';

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
  for (const [what, wanted, had, expected] of cases) it(what, () => assert.equal(outcome(wanted, had), expected));
});

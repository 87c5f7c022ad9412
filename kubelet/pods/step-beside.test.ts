/** Containers that run beside the others: sidecars, and those that are added to look into a pod. */
import assert from 'node:assert/strict';
import type { Ending } from './ending.js';
import { type Have, nextStep, type Step } from './step.js';
import { backoff, container, deleted, exited, have, image, now, sandbox, seen, want, wants } from './testing/parts.js';
import type { ContainerWant, Want } from './want.js';

/** A sidecar before an init container, and one after it. */
const withSidecars = (more: Partial<Want> = {}): Want => {
  const [s, i, t] = wants('s', 'i', 't') as [ContainerWant, ContainerWant, ContainerWant];
  return want({ init: [{ ...s, sidecar: true }, i, { ...t, sidecar: true }], main: wants('a'), ...more });
};
const telling = (more: Partial<Want>): Want =>
  want({ init: [{ name: 's', hash: 'h', sidecar: true, preStop: true }], main: wants('a'), ...more });
const start = (name: string, attempt = 0): Step => ({
  do: 'startContainer',
  container: name,
  attempt,
  sandboxId: 's0',
});
const soon: Ending = { why: 'deleted', deadline: now };

const sidecars: [string, Want, Have, Step][] = [
  ['the first sidecar is started', withSidecars(), have({ seen: seen([sandbox()]), ...image('s') }), start('s')],
  [
    'it has not started: nobody else comes',
    withSidecars(),
    have({ seen: seen([sandbox()], container('s')), starting: new Set(['s-0']), ...image('i') }),
    { do: 'wait' },
  ],
  [
    'its postStart hook runs: nobody else comes',
    withSidecars(),
    have({ seen: seen([sandbox()], container('s')), hooks: new Set(['s-0']), ...image('i') }),
    { do: 'wait' },
  ],
  [
    'it has started: the init container comes',
    withSidecars(),
    have({ seen: seen([sandbox()], container('s')), ...image('i') }),
    start('i'),
  ],
  [
    'it has ended beside the init container: it comes again, whatever the policy of the pod',
    withSidecars({ restartPolicy: 'Never' }),
    have({ seen: seen([sandbox()], container('i'), exited('s', 0)), ...image('s') }),
    start('s', 1),
  ],
  [
    'it waits for its restart, and the init container goes on',
    withSidecars(),
    have({
      seen: seen([sandbox()], container('i'), exited('s', 0)),
      notBefore: backoff({ containers: new Map([['s', now + 9]]) }),
    }),
    { do: 'wait' },
  ],
  [
    'all have started: the main container comes',
    withSidecars(),
    have({ seen: seen([sandbox()], container('t'), exited('i', 0), container('s')), ...image('a') }),
    start('a'),
  ],
  [
    'one ends beside the main container: it comes again',
    withSidecars(),
    have({ seen: seen([sandbox()], container('a'), exited('t', 1), exited('i', 0), container('s')), ...image('t') }),
    start('t', 1),
  ],
  [
    'one starts again beside the main container that has ended: that does not wait for it',
    withSidecars(),
    have({
      seen: seen([sandbox()], exited('a', 1), container('t'), exited('i', 0), container('s')),
      starting: new Set(['t-0']),
      ...image('a'),
    }),
    start('a', 1),
  ],
  [
    'to end: the main container first',
    withSidecars({ ending: deleted }),
    have({ seen: seen([sandbox()], container('s'), container('t'), container('a')) }),
    { do: 'kill', id: 'a-0', deadline: now + 30_000, message: 'Stopping container a' },
  ],
  [
    'to end: the sidecars wait for it, until the grace is over',
    withSidecars({ ending: deleted }),
    have({ seen: seen([sandbox()], container('s'), container('a')), kills: new Map([['a-0', now + 30_000]]) }),
    { do: 'wait', until: now + 30_000 },
  ],
  [
    'to end: a sidecar with a preStop hook is told at once',
    telling({ ending: deleted }),
    have({ seen: seen([sandbox()], container('s'), container('a')), kills: new Map([['a-0', now + 30_000]]) }),
    { do: 'tell', id: 's-0', deadline: now + 30_000 },
  ],
  [
    'to end: it is told once',
    telling({ ending: deleted }),
    have({
      seen: seen([sandbox()], container('s'), container('a')),
      kills: new Map([['a-0', now + 30_000]]),
      told: new Set(['s-0']),
    }),
    { do: 'wait', until: now + 30_000 },
  ],
  [
    'to end: when its turn has come already, the kill tells it',
    telling({ ending: deleted }),
    have({ seen: seen([sandbox()], container('s'), exited('a', 0)) }),
    { do: 'kill', id: 's-0', deadline: now + 30_000, message: 'Stopping container s' },
  ],
  [
    'to end: then the last sidecar',
    withSidecars({ ending: deleted }),
    have({ seen: seen([sandbox()], container('s'), container('t'), exited('a', 0)) }),
    { do: 'kill', id: 't-0', deadline: now + 30_000, message: 'Stopping container t' },
  ],
  [
    'to end: then the first',
    withSidecars({ ending: deleted }),
    have({ seen: seen([sandbox()], container('s'), exited('t', 0), exited('a', 0)) }),
    { do: 'kill', id: 's-0', deadline: now + 30_000, message: 'Stopping container s' },
  ],
  [
    'to end, and the grace is over: all at once',
    withSidecars({ ending: soon }),
    have({ seen: seen([sandbox()], container('s'), container('a')), kills: new Map([['a-0', now]]) }),
    { do: 'kill', id: 's-0', deadline: now, message: 'Stopping container s' },
  ],
];

const looking = (more: Partial<Want> = {}): Want =>
  want({ init: wants('i'), main: wants('a'), ephemeral: wants('e'), ...more });

const ephemeral: [string, Want, Have, Step][] = [
  [
    'it does not wait for init containers',
    looking(),
    have({ seen: seen([sandbox()], container('i')), ...image('e') }),
    start('e'),
  ],
  [
    'it is no stranger',
    looking(),
    have({ seen: seen([sandbox()], container('e'), container('a'), exited('i', 0)) }),
    { do: 'wait' },
  ],
  [
    'it is started once, whatever becomes of it',
    looking(),
    have({ seen: seen([sandbox()], exited('e', 1), container('a'), exited('i', 0)), ...image('e') }),
    { do: 'wait' },
  ],
  [
    'and not again when only the API knows of it',
    looking(),
    have({
      seen: seen([sandbox()], container('a'), exited('i', 0)),
      countedBefore: new Map([['e', 0]]),
      ...image('e'),
    }),
    { do: 'wait' },
  ],
  [
    'it ends with the others',
    looking({ ending: deleted }),
    have({ seen: seen([sandbox()], container('e'), exited('a', 0)) }),
    { do: 'kill', id: 'e-0', deadline: now + 30_000, message: 'Stopping container e' },
  ],
];

describe('the next step of a pod, further,', () => {
  describe('that has sidecars', () => {
    for (const [what, wanted, had, step] of sidecars)
      it(what, () => assert.deepEqual(nextStep(wanted, had, now), step));
  });

  describe('that is looked into', () => {
    for (const [what, wanted, had, step] of ephemeral)
      it(what, () => assert.deepEqual(nextStep(wanted, had, now), step));
  });
});

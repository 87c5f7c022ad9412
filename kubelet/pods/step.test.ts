import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ContainerSeen } from './seen.js';
import { type Have, isOnItsWay, nextStep, type Step } from './step.js';
import { backoff, container, deleted, exited, have, image, now, sandbox, seen, want, wants } from './testing/parts.js';
import type { Want } from './want.js';

const bothRun = seen([sandbox()], container('a'), container('b'));

const running: [string, Want, Have, Step][] = [
  ['nothing is there', want(), have({ volumesMounted: false }), { do: 'mountVolumes' }],
  [
    'the volumes failed just now',
    want(),
    have({ volumesMounted: false, notBefore: backoff({ volumes: now + 500 }) }),
    { do: 'wait', until: now + 500 },
  ],
  ['the volumes are mounted', want(), have(), { do: 'createSandbox', attempt: 0 }],
  [
    'the sandbox failed just now',
    want(),
    have({ notBefore: backoff({ sandbox: now + 1000 }) }),
    { do: 'wait', until: now + 1000 },
  ],
  ['a sandbox is ready', want(), have({ seen: seen([sandbox()]) }), { do: 'ensureImage', container: 'a' }],
  [
    'the first image is being pulled: the second container goes ahead',
    want(),
    have({ seen: seen([sandbox()]), ...image('a', 'checking') }),
    { do: 'ensureImage', container: 'b' },
  ],
  [
    'the image is there',
    want(),
    have({ seen: seen([sandbox()]), ...image('a') }),
    { do: 'startContainer', container: 'a', attempt: 0, sandboxId: 's0' },
  ],
  [
    'the runtime has forgotten it, and the API has not',
    want(),
    have({ seen: seen([sandbox()]), ...image('a'), countedBefore: new Map([['a', 4]]) }),
    { do: 'startContainer', container: 'a', attempt: 5, sandboxId: 's0' },
  ],
  [
    'the first container runs its postStart hook: the second one waits',
    want(),
    have({ seen: seen([sandbox()], container('a')), hooks: new Set([container('a').id]) }),
    { do: 'wait' },
  ],
  [
    'the first container was killed for its postStart hook',
    want(),
    have({ seen: seen([sandbox()], exited('a', 137)), hooks: new Set([container('a').id]), ...image('a') }),
    { do: 'startContainer', container: 'a', attempt: 1, sandboxId: 's0' },
  ],
  ['all run', want(), have({ seen: bothRun }), { do: 'wait' }],
  [
    'one has ended',
    want(),
    have({ seen: seen([sandbox()], exited('a', 1), container('b')), ...image('a') }),
    { do: 'startContainer', container: 'a', attempt: 1, sandboxId: 's0' },
  ],
  [
    'one has ended and is held back',
    want(),
    have({
      seen: seen([sandbox()], exited('a', 1), container('b')),
      notBefore: backoff({ containers: new Map([['a', now + 10_000]]) }),
    }),
    { do: 'wait', until: now + 10_000 },
  ],
  [
    'OnFailure: one that succeeded stays ended',
    want({ restartPolicy: 'OnFailure' }),
    have({ seen: seen([sandbox()], exited('a', 0), container('b')) }),
    { do: 'wait' },
  ],
  [
    'OnFailure: one that failed is started again',
    want({ restartPolicy: 'OnFailure' }),
    have({ seen: seen([sandbox()], exited('a', 2), container('b')) }),
    { do: 'ensureImage', container: 'a' },
  ],
  [
    'Never: one that failed stays ended',
    want({ restartPolicy: 'Never' }),
    have({ seen: seen([sandbox()], exited('a', 2), container('b')) }),
    { do: 'wait' },
  ],
  [
    'Never, and the sandbox was made anew: what has ended stays ended',
    want({ restartPolicy: 'Never' }),
    have({ seen: seen([sandbox(true, 1)], exited('a', 2)) }),
    { do: 'ensureImage', container: 'b' },
  ],
  [
    'one is unhealthy',
    want(),
    have({ seen: bothRun, unhealthy: new Map([['b-0', { message: 'bad', graceSeconds: 5 }]]) }),
    { do: 'kill', id: 'b-0', deadline: now + 5000, message: 'bad' },
  ],
  [
    'one is unhealthy, and being killed already',
    want(),
    have({ seen: bothRun, unhealthy: new Map([['b-0', { message: 'bad' }]]), kills: new Map([['b-0', now + 1]]) }),
    { do: 'wait' },
  ],
  [
    'the image in the spec has changed',
    want({ main: [{ name: 'a', hash: 'new' }] }),
    have({ seen: seen([sandbox()], container('a')) }),
    { do: 'kill', id: 'a-0', deadline: now + 30_000, message: 'Container a definition changed, will be restarted' },
  ],
  [
    'the runtime has lost track of one',
    want({ main: wants('a') }),
    have({ seen: seen([sandbox()], container('a', { state: 'unknown' })) }),
    {
      do: 'kill',
      id: 'a-0',
      deadline: now + 30_000,
      message: 'Container a is in unknown state, try killing it before restart',
    },
  ],
  [
    'a kubelet died between making and starting one',
    want(),
    have({ seen: seen([sandbox()], container('a', { state: 'created' })) }),
    { do: 'removeContainer', id: 'a-0' },
  ],
  [
    'the sandbox has died under a container',
    want(),
    have({ seen: seen([sandbox(false)], container('a')) }),
    { do: 'kill', id: 'a-0', deadline: now + 30_000, message: 'Stopping container a' },
  ],
  [
    'the sandbox has died: it gives back its network',
    want(),
    have({ seen: seen([sandbox(false)], exited('a', 137)) }),
    { do: 'stopSandbox', id: 's0' },
  ],
  [
    'and is followed by another',
    want(),
    have({ seen: seen([sandbox(false)], exited('a', 137)), stopped: new Set(['s0']) }),
    { do: 'createSandbox', attempt: 1 },
  ],
  [
    'what ended in the old sandbox is counted in the new one',
    want(),
    have({ seen: seen([sandbox(true, 1), sandbox(false)], exited('a', 137)), ...image('a') }),
    { do: 'startContainer', container: 'a', attempt: 1, sandboxId: 's1' },
  ],
  [
    'of the dead only the last one is kept',
    want({ main: wants('a') }),
    have({ seen: seen([sandbox()], container('a', { attempt: 2 }), exited('a', 1, 1), exited('a', 1, 0)) }),
    { do: 'removeContainer', id: 'a-0' },
  ],
  [
    'an old sandbox without containers is removed',
    want({ main: wants('a') }),
    have({
      seen: seen([sandbox(true, 1), sandbox(false)], container('a', { sandboxId: 's1' })),
      stopped: new Set(['s0']),
    }),
    { do: 'removeSandbox', id: 's0' },
  ],
];

const init: [string, Have, Step][] = [
  ['nothing was started', have({ seen: seen([sandbox()]) }), { do: 'ensureImage', container: 'i' }],
  ['the first one runs', have({ seen: seen([sandbox()], container('i')) }), { do: 'wait' }],
  ['the first one is done', have({ seen: seen([sandbox()], exited('i', 0)) }), { do: 'ensureImage', container: 'j' }],
  [
    'the first one failed',
    have({ seen: seen([sandbox()], exited('i', 1)), ...image('i') }),
    { do: 'startContainer', container: 'i', attempt: 1, sandboxId: 's0' },
  ],
  [
    'both are done',
    have({ seen: seen([sandbox()], exited('j', 0), exited('i', 0)) }),
    { do: 'ensureImage', container: 'a' },
  ],
  [
    'a main container was made: what became of the others does not matter',
    have({ seen: seen([sandbox()], exited('a', 1)) }),
    { do: 'ensureImage', container: 'a' },
  ],
  [
    'the sandbox is new: they run again',
    have({ seen: seen([sandbox(true, 1)], exited('a', 1), exited('i', 0)) }),
    { do: 'ensureImage', container: 'i' },
  ],
];

const ending: [string, Have, Want['ending'], Step][] = [
  [
    'containers run',
    have({ seen: bothRun }),
    deleted,
    { do: 'kill', id: 'a-0', deadline: now + 30_000, message: 'Stopping container a' },
  ],
  [
    'the first one is being killed',
    have({ seen: bothRun, kills: new Map([['a-0', now + 30_000]]) }),
    deleted,
    { do: 'kill', id: 'b-0', deadline: now + 30_000, message: 'Stopping container b' },
  ],
  [
    'the grace has become shorter',
    have({ seen: seen([sandbox()], container('a')), kills: new Map([['a-0', now + 60_000]]) }),
    deleted,
    { do: 'kill', id: 'a-0', deadline: now + 30_000, message: 'Stopping container a' },
  ],
  [
    'an earlier kill comes sooner anyway',
    have({ seen: seen([sandbox()], container('a')), kills: new Map([['a-0', now + 5_000]]) }),
    deleted,
    { do: 'wait' },
  ],
  ['all have ended', have({ seen: seen([sandbox()], exited('a', 0)) }), deleted, { do: 'stopSandbox', id: 's0' }],
  [
    'the sandbox is stopped',
    have({ seen: seen([sandbox(false)], exited('a', 0)), stopped: new Set(['s0']) }),
    deleted,
    { do: 'unmountVolumes' },
  ],
  [
    'a finished pod keeps its dead containers, for their logs',
    have({ seen: seen([sandbox(false)], exited('a', 0)), stopped: new Set(['s0']), volumesLeft: false }),
    { why: 'finished', deadline: now },
    { do: 'wait' },
  ],
  [
    'a deleted one does not',
    have({ seen: seen([sandbox(false)], exited('a', 0)), stopped: new Set(['s0']), volumesLeft: false }),
    deleted,
    { do: 'removeSandbox', id: 's0' },
  ],
  [
    'a stray container is left',
    have({ seen: seen([], exited('a', 0)), volumesLeft: false }),
    deleted,
    { do: 'removeContainer', id: 'a-0' },
  ],
  ['only directories are left', have({ volumesLeft: false }), deleted, { do: 'removeTraces' }],
  ['only the API object is left', have({ volumesLeft: false, traces: false }), deleted, { do: 'removeFromApi' }],
  [
    'nothing is left',
    have({ volumesLeft: false, traces: false, removedFromApi: true }),
    { why: 'gone', deadline: now },
    { do: 'nothingLeft' },
  ],
];

describe('the next step of a pod', () => {
  describe('that is to run', () => {
    for (const [what, wanted, had, step] of running) {
      it(what, () => assert.deepEqual(nextStep(wanted, had, now), step));
    }
  });
  describe('that has init containers', () => {
    for (const [what, had, step] of init) {
      it(what, () => assert.deepEqual(nextStep(want({ init: wants('i', 'j'), main: wants('a') }), had, now), step));
    }
  });
  describe('that is to end', () => {
    for (const [what, had, why, step] of ending) {
      it(what, () => assert.deepEqual(nextStep(want(why ? { ending: why } : {}), had, now), step));
    }
  });

  const anyContainer = fc.record({
    name: fc.constantFrom('a', 'b', 'i'),
    state: fc.constantFrom('created', 'running', 'exited', 'unknown') as fc.Arbitrary<ContainerSeen['state']>,
    attempt: fc.nat(2),
    exitCode: fc.nat(1),
    sandboxId: fc.constantFrom('s0', 's1'),
    hash: fc.constantFrom('h', 'other'),
  });
  const anySeen = fc
    .tuple(fc.array(fc.boolean(), { maxLength: 2 }), fc.array(anyContainer, { maxLength: 5 }))
    .map(([ready, all]) =>
      seen(
        ready.map((r, i) => sandbox(r, i)).reverse(),
        ...all.map((c, i) => container(c.name, { ...c, id: `c${i}` })),
      ),
    );

  it('law: a pod that is to end never starts anything', () => {
    fc.assert(
      fc.property(anySeen, fc.constantFrom('deleted', 'gone', 'finished', 'failed'), (what, why) => {
        const step = nextStep(want({ ending: { why, deadline: now } }), have({ seen: what }), now);
        assert.ok(!['mountVolumes', 'createSandbox', 'startContainer', 'ensureImage'].includes(step.do), step.do);
      }),
    );
  });

  it('law: nothing is removed, stopped or unmounted while it may run in there', () => {
    fc.assert(
      fc.property(anySeen, fc.boolean(), (what, ends) => {
        const step = nextStep(
          want(ends ? { ending: { why: 'deleted', deadline: now } } : {}),
          have({ seen: what }),
          now,
        );
        const alive = what.containers.filter(c => c.state === 'running' || c.state === 'unknown');
        if (step.do === 'removeContainer') assert.ok(!alive.some(c => c.id === step.id));
        if (step.do === 'stopSandbox' || step.do === 'removeSandbox')
          assert.ok(!alive.some(c => c.sandboxId === step.id), JSON.stringify(step));
        if (step.do === 'unmountVolumes' || step.do === 'removeTraces') assert.equal(alive.length, 0);
      }),
    );
  });

  it('law: no second container of a name is started while one runs', () => {
    fc.assert(
      fc.property(anySeen, what => {
        const images = new Map([
          ['a', 'ready'],
          ['b', 'ready'],
        ] as const);
        const step = nextStep(want(), have({ seen: what, images }), now);
        if (step.do !== 'startContainer') return;
        const newest = what.containers.find(c => c.name === step.container);
        assert.ok(newest === undefined || newest.state === 'exited');
      }),
    );
  });
});

describe('a pod whose first container is about to start', () => {
  const ready = seen([sandbox()]);
  const cases: [what: string, want: Want, have: Have, expected: boolean][] = [
    ['has no sandbox yet', want(), have(), false],
    ['asks for its image', want(), have({ seen: ready }), true],
    ['looks for its image', want({ main: wants('a') }), have({ seen: ready, ...image('a', 'checking') }), true],
    ['pulls its image', want({ main: wants('a') }), have({ seen: ready, ...image('a', 'pulling') }), false],
    ['has its image', want(), have({ seen: ready, ...image('a') }), true],
    [
      'has failed, and is held back',
      want({ main: wants('a') }),
      have({ seen: ready, notBefore: backoff({ containers: new Map([['a', now + 1]]) }) }),
      false,
    ],
    ['has one that runs', want(), have({ seen: seen([sandbox()], container('a')), ...image('b') }), false],
    ['is to end', want({ ending: deleted }), have({ seen: ready }), false],
  ];
  for (const [what, wanted, had, expected] of cases)
    it(`${what}: the API is told ${expected ? 'later' : 'now'}`, () =>
      assert.equal(isOnItsWay(nextStep(wanted, had, now), had), expected));
});

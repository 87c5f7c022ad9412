import assert from 'node:assert/strict';
import { type Have, nextStep, type Step } from './step.js';
import { backoff, container, exited, have, now, sandbox, seen, want } from './testing/parts.js';
import type { ContainerWant } from './want.js';

const wanted = (cpu: string, more: Partial<ContainerWant> = {}): ContainerWant => ({
  name: 'a',
  hash: 'h',
  size: { cpu, memory: '1' },
  ...more,
});
const runs = (cpu: string, more: Partial<Have> = {}): Have =>
  have({ seen: seen([sandbox()], container('a')), sizes: new Map([['a-0', { cpu, memory: '1' }]]), ...more });

describe('the next step of a pod whose containers are to have other sizes', () => {
  const anew = (deadline: number): Step => ({
    do: 'kill',
    id: 'a-0',
    deadline,
    message: 'Container a resize requires restart',
  });
  const table: [what: string, want: ContainerWant, have: Have, step: Step][] = [
    ['nothing, when they have them', wanted('1'), runs('1'), { do: 'wait' }],
    ['nothing, when it is not known what they have', wanted('2'), runs('1', { sizes: new Map() }), { do: 'wait' }],
    ['they get them as they run', wanted('2'), runs('1'), { do: 'resize' }],
    ['a sidecar too', wanted('2', { sidecar: true }), runs('1'), { do: 'resize' }],
    [
      'it is tried again later',
      wanted('2'),
      runs('1', { notBefore: backoff({ resize: now + 9 }) }),
      { do: 'wait', until: now + 9 },
    ],
    ['one that is killed is left alone', wanted('2'), runs('1', { kills: new Map([['a-0', now]]) }), { do: 'wait' }],
    [
      'one that has ended gets its size with its start',
      wanted('2'),
      runs('1', { seen: seen([sandbox()], exited('a', 0)) }),
      { do: 'ensureImage', container: 'a' },
    ],
    ['one that wants to be restarted is', wanted('2', { resizeRestarts: ['cpu'] }), runs('1'), anew(now + 30_000)],
    ['but not for something else', wanted('2', { resizeRestarts: ['memory'] }), runs('1'), { do: 'resize' }],
  ];
  for (const [what, one, has, step] of table)
    it(what, () => {
      const wish = one.sidecar ? want({ init: [one], main: [] }) : want({ main: [one] });
      assert.deepEqual(nextStep(wish, has, now), step);
    });
});

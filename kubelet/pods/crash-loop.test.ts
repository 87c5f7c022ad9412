import assert from 'node:assert/strict';
import { crashLoopState, heldBack } from './crash-loop.js';
import type { ContainerSeen } from './seen.js';
import type { Want } from './want.js';

const now = 1_000_000;
const container = (more: Partial<ContainerSeen>): ContainerSeen => ({
  id: 'c',
  name: 'c',
  sandboxId: 's',
  state: 'exited',
  attempt: 1,
  hash: 'h',
  createdAt: now - 5000,
  restartDelayMs: 20_000,
  startedAt: now - 4000,
  finishedAt: now - 3000,
  exitCode: 1,
  reason: '',
  message: '',
  image: '',
  imageId: '',
  logPath: '',
  ...more,
});
const want = (restartPolicy: Want['restartPolicy'] = 'Always', wanted: Partial<Want> = {}): Want => ({
  restartPolicy,
  init: [],
  main: [{ name: 'c', hash: 'h' }],
  ephemeral: [],
  graceSeconds: 30,
  ...wanted,
});
const held = (which: Want, ...containers: ContainerSeen[]): unknown[] =>
  [...heldBack(which, { sandboxes: [], containers }, now)].map(([name, { until }]) => [name, until - now]);

describe('what is held back', () => {
  it('is what has ended, for the time that it has written on itself', () =>
    assert.deepEqual(held(want(), container({})), [['c', 17_000]]));
  it('is not what ended for the first time', () =>
    assert.deepEqual(held(want(), container({ restartDelayMs: 0 })), []));
  it('is not what runs again', () =>
    assert.deepEqual(held(want(), container({ state: 'running', attempt: 2 }), container({})), []));
  it('is not what has waited for its time', () =>
    assert.deepEqual(held(want(), container({ finishedAt: now - 20_000 })), []));
  it('is not what has lasted for long', () =>
    assert.deepEqual(held(want(), container({ createdAt: now - 700_000 })), []));
  it('is not what has got another image since', () =>
    assert.deepEqual(held(want('Always', { main: [{ name: 'c', hash: 'mended' }] }), container({})), []));
  it('is not what ended by a clock that has been set back since', () =>
    assert.deepEqual(held(want(), container({ createdAt: now + 3_595_000, finishedAt: now + 3_597_000 })), []));
  it('is not what stays ended', () => {
    assert.deepEqual(held(want('OnFailure'), container({ exitCode: 0 })), []);
    assert.deepEqual(held(want('Never'), container({})), []);
  });
  it('says for how long', () =>
    assert.equal(
      crashLoopState({ container: container({}), until: 0, delayMs: 20_000 }, 'p_d(u)').message,
      'back-off 20s restarting failed container=c pod=p_d(u)',
    ));
});

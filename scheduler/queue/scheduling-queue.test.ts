import assert from 'node:assert/strict';
import { filters } from '../filters/index.js';
import { info, type PodWords } from '../testing/objects.js';
import { longestUnschedulableMs, SchedulingQueue, type Waiting } from './scheduling-queue.js';

const queueOf = (...words: [PodWords, number][]): SchedulingQueue => {
  const queue = new SchedulingQueue(filters);
  for (const [pod, at] of words) queue.add(info(pod), 'test', at);
  return queue;
};
const taken = (queue: SchedulingQueue, now: number): Waiting => {
  const waiting = queue.take(now);
  assert.ok(waiting);
  return waiting;
};
const names = (queue: SchedulingQueue, now: number): (string | undefined)[] => {
  const found: (string | undefined)[] = [];
  for (let next = queue.take(now); next; next = queue.take(now)) found.push(next.info.pod.metadata.name);
  return found;
};
const fit = new Set(['NodeResourcesFit']);

describe('SchedulingQueue', () => {
  it('tries higher priorities first, then those that wait longest, then in order', () => {
    const queue = queueOf(
      [{ name: 'late' }, 20],
      [{ name: 'early' }, 10],
      [{ name: 'same-1' }, 20],
      [{ name: 'high', priority: 5 }, 30],
    );
    assert.deepEqual(names(queue, 30), ['high', 'early', 'late', 'same-1']);
  });

  it('a refused pod waits for what concerns its refusal', () => {
    const queue = queueOf([{ name: 'a' }, 0]);
    queue.refused(taken(queue, 0), fit);
    assert.equal(queue.happened({ name: 'NodeLabels' }, 'x', 5000), 0);
    assert.deepEqual(names(queue, 5000), []);
    assert.equal(queue.happened({ name: 'PodGone' }, 'Pod default/x DELETED @9', 5000), 1);
    assert.equal(taken(queue, 5000).trigger, 'Pod default/x DELETED @9');
  });

  it('backs off for 1 s, 2 s, ... 10 s from its last attempt', () => {
    const queue = queueOf([{ name: 'a' }, 0]);
    let now = 0;
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      queue.refused(taken(queue, now), fit);
      queue.happened({ name: 'PodGone' }, 'x', now);
      const at = queue.nextAt() ?? 0;
      assert.equal(queue.take(at - 1), undefined);
      waits.push(at - now);
      now = at;
    }
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('a failed attempt comes back after its back-off, whatever happens', () => {
    const queue = queueOf([{ name: 'a' }, 0]);
    queue.failed(taken(queue, 0));
    assert.equal(queue.nextAt(), 1000);
    assert.deepEqual(names(queue, 999), []);
    assert.deepEqual(names(queue, 1000), ['a']);
  });

  it('new wishes are tried at once, in the old place', () => {
    const queue = queueOf([{ name: 'a' }, 0], [{ name: 'b' }, 1]);
    queue.refused(taken(queue, 2), fit);
    queue.add(info({ name: 'a', cpu: '1' }), 'x', 3);
    const next = taken(queue, 3);
    assert.equal(next.info.requests.cpu, 1000);
    assert.equal(next.since, 0);
    assert.deepEqual(names(queue, 3), ['b']);
  });

  it('forgets deleted pods wherever they wait', () => {
    const queue = queueOf([{ name: 'active' }, 5], [{ name: 'refused' }, 0], [{ name: 'failed' }, 1]);
    queue.refused(taken(queue, 1), fit);
    queue.failed(taken(queue, 1));
    for (const name of ['active', 'refused', 'failed']) queue.delete(`default/${name}`);
    queue.happened({ name: 'PodGone' }, 'x', 99_999);
    assert.deepEqual(names(queue, 99_999), []);
    assert.equal(queue.nextAt(), undefined);
    assert.equal(queue.size, 0);
  });

  it('tries at last what nothing has woken', () => {
    const queue = queueOf([{ name: 'a' }, 0]);
    queue.refused(taken(queue, 0), new Set());
    assert.equal(queue.wakeForgotten(longestUnschedulableMs - 1), 0);
    assert.equal(queue.wakeForgotten(longestUnschedulableMs), 1);
    assert.deepEqual(names(queue, longestUnschedulableMs), ['a']);
  });
});

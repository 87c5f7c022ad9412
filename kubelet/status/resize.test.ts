import assert from 'node:assert/strict';
import type { Container } from '../../api/types.js';
import { type ResizeFacts, resizeConditions, resourcesInStatus } from './resize.js';

const sized = (cpu: string): Container => ({
  name: 'c',
  image: 'i',
  resources: { limits: { cpu }, requests: { cpu } },
});
const runsWith = (cpu: string, more: Partial<ResizeFacts> = {}): ResizeFacts => ({
  sizes: new Map([['one', sized(cpu).resources]]),
  ...more,
});
const now = Date.parse('2026-01-01T00:00:00Z');

describe('the status of a container that is resized', () => {
  it('tells what it was given, and what it still runs with', () =>
    assert.deepEqual(resourcesInStatus(sized('2'), 'one', runsWith('1')), {
      allocatedResources: { cpu: '2' },
      resources: { limits: { cpu: '1' }, requests: { cpu: '1' } },
    }));
  it('tells what it is to have before it is made', () =>
    assert.deepEqual(resourcesInStatus(sized('2'), undefined, runsWith('1')).resources?.limits, { cpu: '2' }));
  it('tells nothing where nothing is asked for', () =>
    assert.deepEqual(resourcesInStatus({ name: 'c' }, 'other', runsWith('1')), {}));
});

describe('the conditions of a pod that is resized', () => {
  const pending = { reason: 'Deferred' as const, message: 'too little' };
  const table: [what: string, container: Container, id: string | undefined, facts: ResizeFacts, expected: string[]][] =
    [
      ['all is as it should be', sized('1'), 'one', runsWith('1'), []],
      ['the same in other words', sized('1000m'), 'one', runsWith('1'), []],
      ['it is under way', sized('2'), 'one', runsWith('1'), ['PodResizeInProgress']],
      ['it does not run', sized('2'), undefined, runsWith('1'), []],
      ['it fails', sized('2'), 'one', runsWith('1', { problem: 'no' }), ['PodResizeInProgress Error no']],
      ['it has to wait', sized('1'), 'one', runsWith('1', { pending }), ['PodResizePending Deferred too little']],
    ];
  for (const [what, container, id, facts, expected] of table)
    it(what, () => {
      const conditions = resizeConditions([container], [id], facts, [], now);
      assert.deepEqual(
        conditions.map(c => [c.type, c.reason, c.message].filter(Boolean).join(' ')),
        expected,
      );
      for (const { lastTransitionTime } of conditions) assert.equal(lastTransitionTime, '2026-01-01T00:00:00Z');
    });
});

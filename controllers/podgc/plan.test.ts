import assert from 'node:assert/strict';
import type { Pod, Taint } from '../../api/types.js';
import { ago, node, noon, pod } from '../testing/objects.js';
import { surplusOf, verdictOn } from './plan.js';

const outOfService = (ready: string) => {
  const made = node('n1', { Ready: ready });
  const taint: Taint = { key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' };
  return { ...made, spec: { taints: [taint] } };
};
const secondsAgo = (s: number) => noon - s * 1000;

const rows: [when: string, of: Pod, on: ReturnType<typeof node> | undefined, missingSince: number, does: string][] = [
  ['it waits for a node', pod('a'), undefined, 0, 'keep'],
  ['it was deleted before it had a node', pod('a', { terminating: true }), undefined, 0, 'remove'],
  ['its node is there', pod('a', { node: 'n1' }), node('n1'), 0, 'keep'],
  ['its node is missing since 10 s', pod('a', { node: 'n1' }), undefined, secondsAgo(10), 'wait 30000'],
  ['its node is missing since 40 s', pod('a', { node: 'n1' }), undefined, secondsAgo(40), 'remove'],
  [
    'it is deleted, on a node that is not ready',
    pod('a', { node: 'n1', terminating: true }),
    node('n1', { Ready: 'Unknown' }),
    0,
    'keep',
  ],
  [
    'it is deleted, on a node out of service',
    pod('a', { node: 'n1', terminating: true }),
    outOfService('Unknown'),
    0,
    'remove',
  ],
  [
    'it is deleted, on a node that is ready all the same',
    pod('a', { node: 'n1', terminating: true }),
    outOfService('True'),
    0,
    'keep',
  ],
  ['it is not deleted, on a node out of service', pod('a', { node: 'n1' }), outOfService('Unknown'), 0, 'keep'],
];

describe('the pod garbage collector about a pod', () => {
  for (const [when, of, on, missingSince, does] of rows) {
    it(`when ${when}: ${does}`, () => {
      const verdict = verdictOn(of, on, missingSince, noon);
      assert.equal(verdict.do === 'wait' ? `wait ${verdict.ms}` : verdict.do, does);
    });
  }
});

describe('the pod garbage collector about ended pods', () => {
  const ended = (name: string, seconds: number, reason?: string): Pod => {
    const made = pod(name, { phase: 'Failed', creationTimestamp: ago(seconds) as never });
    return { ...made, status: { ...made.status, ...(reason ? { reason } : {}) } };
  };
  const pods = [ended('new', 10), ended('old', 900), ended('older', 1800), ended('evicted', 5, 'Evicted')];

  it('removes none up to the threshold', () => assert.deepEqual(surplusOf(pods, 4), []));

  it('removes evicted ones first, then the oldest', () => {
    assert.deepEqual(
      surplusOf(pods, 1).map(p => p.metadata.name),
      ['evicted', 'older', 'old'],
    );
  });
});

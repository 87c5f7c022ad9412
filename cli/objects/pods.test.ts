import assert from 'node:assert/strict';
import type { Pod } from '../../api/types.js';
import { byInterest } from './pods.js';

const pod = (name: string, phase: string, more: { node?: string; ready?: boolean; since?: string } = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, creationTimestamp: more.since ?? '2026-01-01T00:00:00Z' },
  spec: { containers: [], ...(more.node === undefined ? {} : { nodeName: more.node }) },
  status: { phase, conditions: [{ type: 'Ready', status: more.ready ? 'True' : 'False' }] },
});

describe('the pod that is most worth looking at', () => {
  it('is placed, running, ready and old, in this order', () => {
    const sorted = [
      pod('ready-old', 'Running', { node: 'n', ready: true }),
      pod('ready-young', 'Running', { node: 'n', ready: true, since: '2026-01-02T00:00:00Z' }),
      pod('unready', 'Running', { node: 'n' }),
      pod('failed', 'Failed', { node: 'n' }),
      pod('starting', 'Pending', { node: 'n' }),
      pod('unplaced', 'Pending'),
    ];
    const names = (list: Pod[]): (string | undefined)[] => list.map(({ metadata }) => metadata.name);
    assert.deepEqual(names([...sorted].reverse().sort(byInterest)), names(sorted));
  });
});

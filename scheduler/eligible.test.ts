import assert from 'node:assert/strict';
import type { Pod } from '../api/types.js';
import { awaitsNode, wantsOtherwise } from './eligible.js';
import { unschedulableCondition } from './report.js';
import { type PodWords, pod } from './testing/objects.js';
import { unsupported } from './unsupported.js';

describe('which pods are placed', () => {
  const cases: [string, Pod, boolean][] = [
    ['a new one', pod(), true],
    ['one on a node', pod({ nodeName: 'n' }), false],
    ['a gated one', pod({ schedulingGates: [{ name: 'wait' }] }), false],
    [
      'one that goes away',
      { ...pod(), metadata: { ...pod().metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
      false,
    ],
  ];
  for (const [what, one, expected] of cases) it(what, () => assert.equal(awaitsNode(one), expected));

  it('our own report in its status is no new wish', () => {
    const before = pod({ cpu: '1' });
    assert.ok(!wantsOtherwise(before, { ...pod({ cpu: '1' }), status: { phase: 'Pending' } }));
    assert.ok(wantsOtherwise(before, pod({ cpu: '2' })));
    assert.ok(wantsOtherwise(before, pod({ cpu: '1', labels: { a: 'b' } })));
  });
});

describe('what is refused, and said so', () => {
  const term = { topologyKey: 'kubernetes.io/hostname' };
  const antiAffinity = (extra: object): PodWords => ({
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, ...extra }] } },
  });
  const cases: [PodWords, RegExp | undefined][] = [
    [{}, undefined],
    [{ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }, undefined],
    [antiAffinity({ namespaceSelector: {} }), undefined],
    [antiAffinity({ namespaceSelector: { matchLabels: { a: 'b' } } }), undefined],
    [antiAffinity({ matchLabelKeys: ['a'] }), undefined],
    [{ volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'c' } }] }, undefined],
    [{ volumes: [{ name: 'tmp', emptyDir: {} }] }, undefined],
    [{ resourceClaims: [{ name: 'gpu' }] }, /resource claims/],
  ];
  for (const [words, message] of cases) {
    it(JSON.stringify(words), () => {
      const said = unsupported(pod(words));
      if (message) assert.match(said ?? '', message);
      else assert.equal(said, undefined);
    });
  }
});

describe('the PodScheduled condition', () => {
  const now = Date.UTC(2026, 0, 1);
  const saying = (message: string, status = 'False'): Pod => ({
    ...pod(),
    status: {
      conditions: [
        { type: 'PodScheduled', status, reason: 'Unschedulable', message, lastTransitionTime: '2025-01-01T00:00:00Z' },
      ],
    },
  });
  it('is as Kubernetes has it', () => {
    assert.deepEqual(unschedulableCondition(pod(), 'm', now), {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: 'm',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });
  });
  it('is not written again, and keeps the time of its transition', () => {
    assert.equal(unschedulableCondition(saying('m'), 'm', now), undefined);
    assert.equal(unschedulableCondition(saying('other'), 'm', now)?.lastTransitionTime, '2025-01-01T00:00:00Z');
    assert.equal(unschedulableCondition(saying('m', 'True'), 'm', now)?.lastTransitionTime, '2026-01-01T00:00:00Z');
  });
});

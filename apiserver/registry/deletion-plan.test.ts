import assert from 'node:assert/strict';
import { findKind } from '../../api/kinds/index.js';
import type { KindRow } from '../../api/kinds/row.js';
import type { AnyObject, DeleteOptions, ObjectMeta } from '../../api/types.js';
import { deletionComplete, planDeletion } from './deletion-plan.js';

const row = (plural: string): KindRow => findKind({ group: '', plural }) ?? assert.fail(plural);
const now = Date.parse('2026-01-01T00:01:00Z');
const later = '2026-01-01T00:01:30Z';
const going = { deletionTimestamp: later, deletionGracePeriodSeconds: 30 };

const object = (metadata: ObjectMeta, rest = {}): AnyObject => ({
  apiVersion: 'v1',
  kind: 'X',
  metadata: { name: 'x', ...metadata },
  ...rest,
});
const running = (metadata: ObjectMeta = {}): AnyObject =>
  object(metadata, { spec: { nodeName: 'n1', terminationGracePeriodSeconds: 30 }, status: { phase: 'Running' } });

type Want = 'remove' | 'nothing' | ObjectMeta;

describe('what a deletion does', () => {
  const cases: [what: string, plural: string, object: AnyObject, options: DeleteOptions, want: Want][] = [
    ['an ordinary object goes', 'configmaps', object({}), {}, 'remove'],
    ['grace is for those who have it', 'configmaps', object({}), { gracePeriodSeconds: 30 }, 'remove'],
    [
      'a finalizer holds it',
      'configmaps',
      object({ finalizers: ['a/b'], generation: 3 }),
      {},
      { finalizers: ['a/b'], generation: 4, deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 0 },
    ],
    [
      'held already, it stays as it is',
      'configmaps',
      object({ finalizers: ['a/b'], deletionTimestamp: later, deletionGracePeriodSeconds: 0 }),
      {},
      'nothing',
    ],
    [
      'a later policy replaces the earlier',
      'configmaps',
      object({ finalizers: ['orphan'], deletionTimestamp: later, deletionGracePeriodSeconds: 0 }),
      { propagationPolicy: 'Foreground' },
      { finalizers: ['foregroundDeletion'], deletionTimestamp: later, deletionGracePeriodSeconds: 0 },
    ],
    [
      'background needs no finalizer',
      'configmaps',
      object({ finalizers: ['orphan'] }),
      { propagationPolicy: 'Background' },
      'remove',
    ],
    [
      'a replication controller keeps its pods, unless told',
      'replicationcontrollers',
      object({}),
      {},
      { finalizers: ['orphan'], deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 0 },
    ],
    ['told, it does not', 'replicationcontrollers', object({}), { propagationPolicy: 'Background' }, 'remove'],
    ['told in the older way, it does not', 'replicationcontrollers', object({}), { orphanDependents: false }, 'remove'],
    ['a pod gets its own grace', 'pods', running(), {}, { ...going }],
    [
      'or the one that is asked for',
      'pods',
      running(),
      { gracePeriodSeconds: 5 },
      { deletionTimestamp: '2026-01-01T00:01:05Z', deletionGracePeriodSeconds: 5 },
    ],
    [
      'a negative one is the least there is',
      'pods',
      running(),
      { gracePeriodSeconds: -1 },
      { deletionTimestamp: '2026-01-01T00:01:01Z', deletionGracePeriodSeconds: 1 },
    ],
    ['none is at once', 'pods', running(), { gracePeriodSeconds: 0 }, 'remove'],
    ['asked again, nothing changes', 'pods', running(going), {}, 'nothing'],
    ['it never grows', 'pods', running(going), { gracePeriodSeconds: 31 }, 'nothing'],
    [
      'it shrinks, from when it began',
      'pods',
      running(going),
      { gracePeriodSeconds: 10 },
      { deletionTimestamp: '2026-01-01T00:01:10Z', deletionGracePeriodSeconds: 10 },
    ],
    ['the kubelet ends it', 'pods', running(going), { gracePeriodSeconds: 0 }, 'remove'],
    [
      'but not past a finalizer',
      'pods',
      running({ ...going, finalizers: ['a/b'] }),
      { gracePeriodSeconds: 0 },
      { finalizers: ['a/b'], deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 0 },
    ],
  ];
  for (const [what, plural, target, options, want] of cases) {
    it(`${plural}: ${what}`, () => {
      const before = JSON.stringify(target);
      const plan = planDeletion(row(plural), target, options, now);
      if (typeof want === 'string') assert.equal(plan.kind, want);
      else assert.deepEqual(plan, { kind: 'mark', object: { ...target, metadata: { name: 'x', ...want } } });
      assert.equal(JSON.stringify(target), before);
    });
  }
});

describe('an update ends a deletion', () => {
  const cases: [what: string, plural: string, object: AnyObject, want: boolean][] = [
    ['not of what is not being deleted', 'configmaps', object({}), false],
    ['when nothing holds it any more', 'configmaps', object({ deletionTimestamp: later, finalizers: [] }), true],
    ['not while something does', 'configmaps', object({ deletionTimestamp: later, finalizers: ['a/b'] }), false],
    ['not in its grace', 'pods', running(going), false],
    [
      'not of a namespace that is not empty',
      'namespaces',
      object({ deletionTimestamp: later }, { spec: { finalizers: ['kubernetes'] } }),
      false,
    ],
    ['of one that is', 'namespaces', object({ deletionTimestamp: later }, { spec: {} }), true],
  ];
  for (const [what, plural, target, want] of cases) {
    it(`${plural}: ${what}`, () => assert.equal(deletionComplete(row(plural), target), want));
  }
});

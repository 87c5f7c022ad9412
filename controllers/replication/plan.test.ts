import assert from 'node:assert/strict';
import type { Pod, ReplicationController } from '../../api/types.js';
import { selects } from '../pod-state.js';
import { noon, pod, replicationControllerNamed } from '../testing/objects.js';
import { planFor } from './plan.js';

const rc = (replicas: number, more = {}) => replicationControllerNamed('web', { replicas, ...more });
const mine = (name: string, traits = {}) => pod(name, { owner: rc(0), node: `node-of-${name}`, ...traits });

const planOf = (of: ReplicationController, pods: readonly Pod[]) =>
  planFor(of, ({ metadata }) => selects(of.spec?.selector, metadata.labels), pods, noon);

interface Row {
  when: string;
  want: number;
  pods: Pod[];
  create?: number;
  delete?: string[];
  adopt?: string[];
  release?: string[];
}

const rows: Row[] = [
  { when: 'there are none', want: 3, pods: [], create: 3 },
  { when: 'there are enough', want: 2, pods: [mine('a'), mine('b')] },
  { when: 'one is missing', want: 2, pods: [mine('a')], create: 1 },
  { when: 'one is too many', want: 1, pods: [mine('a'), mine('b', { ready: false })], delete: ['b'] },
  { when: 'none are wanted', want: 0, pods: [mine('a'), mine('b')], delete: ['a', 'b'] },
  { when: 'one failed', want: 1, pods: [mine('a', { phase: 'Failed' })], create: 1 },
  { when: 'one succeeded', want: 1, pods: [mine('a', { phase: 'Succeeded' })], create: 1 },
  { when: 'one is terminating', want: 1, pods: [mine('a', { terminating: true })], create: 1 },
  { when: 'a matching pod is nobody’s', want: 1, pods: [pod('a')], adopt: ['a'] },
  { when: 'an adopted pod is one too many', want: 0, pods: [pod('a')], adopt: ['a'], delete: ['a'] },
  { when: 'an orphan does not match', want: 0, pods: [pod('a', { labels: { app: 'db' } })] },
  { when: 'an orphan has failed', want: 0, pods: [pod('a', { phase: 'Failed' })] },
  { when: 'a pod of ours no longer matches', want: 1, pods: [mine('a', { labels: {} })], release: ['a'], create: 1 },
  {
    when: 'a matching pod is another’s',
    want: 1,
    pods: [pod('a', { owner: replicationControllerNamed('other') })],
    create: 1,
  },
];

const names = (pods: Pod[]) => pods.map(p => p.metadata.name);

describe('the plan of a replication controller', () => {
  for (const row of rows) {
    it(`${row.when} and ${row.want} wanted: ${sentence(row)}`, () => {
      const plan = planOf(rc(row.want), row.pods);
      const { adopt, release, create } = plan;
      assert.deepEqual(
        { create, delete: names(plan.delete).sort(), adopt: names(adopt), release: names(release) },
        { create: row.create ?? 0, delete: row.delete ?? [], adopt: row.adopt ?? [], release: row.release ?? [] },
      );
    });
  }

  it('neither makes, adopts, releases nor deletes pods once it is being deleted', () => {
    const going = replicationControllerNamed(
      'web',
      { replicas: 3 },
      { deletionTimestamp: '2025-01-01T11:00:00Z' as never },
    );
    const plan = planOf(going, [pod('a'), mine('b', { labels: {} })]);
    assert.deepEqual([plan.create, plan.delete, plan.adopt, plan.release], [0, [], [], []]);
  });

  it('wants one pod when it does not say', () => {
    assert.equal(planOf(replicationControllerNamed('web'), []).create, 1);
  });
});

describe('the status of a replication controller', () => {
  it('counts pods, those with all labels of the template, ready and available ones', () => {
    const labels = { app: 'web', tier: 'front' };
    const labelled = rc(4, { template: { metadata: { labels } }, minReadySeconds: 60 });
    const pods = [
      mine('a', { labels }),
      mine('b', { ready: 10 }),
      mine('c', { ready: false }),
      mine('d', { phase: 'Failed' }),
    ];
    const { status, lookAgainAfterMs } = planOf(labelled, pods);
    assert.deepEqual(status, {
      replicas: 3,
      fullyLabeledReplicas: 1,
      readyReplicas: 2,
      availableReplicas: 1,
      observedGeneration: 1,
    });
    assert.equal(lookAgainAfterMs, 50_000, 'when b will have been ready for a minute');
  });

  it('leaves out counts of none', () => {
    assert.deepEqual(planOf(rc(1), []).status, { replicas: 0, observedGeneration: 1 });
  });
});

function sentence(row: Row): string {
  const parts = [
    row.adopt && `adopts ${row.adopt}`,
    row.release && `releases ${row.release}`,
    row.create && `makes ${row.create}`,
    row.delete && `deletes ${row.delete}`,
  ].filter(Boolean);
  return parts.join(', ') || 'nothing to do';
}

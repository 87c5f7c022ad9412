import assert from 'node:assert/strict';
import type { Pod } from '../../api/types.js';
import { type DaemonSetAnswer, type DrainRules, planFrom, type Verdict, verdictOn } from './drainable.js';

const now = Date.parse('2026-01-01T00:10:00Z');
const careful: DrainRules = { force: false, ignoreDaemonSets: false, deleteEmptyDirData: false, skipAfterMs: 0 };
const bold: DrainRules = { force: true, ignoreDaemonSets: true, deleteEmptyDirData: true, skipAfterMs: 0 };

const pod = (metadata: object = {}, rest: object = {}): Pod =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'd', name: 'p', ...metadata }, ...rest }) as Pod;
const ownedBy = (kind: string) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'o', uid: 'u', controller: true }],
});
const local = { spec: { containers: [], volumes: [{ name: 'v', emptyDir: {} }] } };
const done = { status: { phase: 'Succeeded' } };
const there: DaemonSetAnswer = { there: true };
const gone: DaemonSetAnswer = { there: false, notFound: true, message: 'daemonsets.apps "o" not found' };

const noController = { error: 'Pods that declare no controller (use --force to override)' };
const noDaemons = { error: 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' };
const noLocal = { error: 'Pods with local storage (use --delete-emptydir-data to override)' };

describe('what drain does with a pod', () => {
  const table: [what: string, Pod, DrainRules, DaemonSetAnswer | undefined, Verdict][] = [
    ['of a replica set', pod(ownedBy('ReplicaSet')), careful, undefined, { take: true }],
    ['of nobody', pod(), careful, undefined, noController],
    [
      'of nobody, by force',
      pod(),
      bold,
      undefined,
      { take: true, warning: 'deleting Pods that declare no controller' },
    ],
    ['that has finished', pod({}, { ...local, ...done }), careful, undefined, { take: true }],
    ['with local storage', pod(ownedBy('ReplicaSet'), local), careful, undefined, noLocal],
    ['with local storage that may go', pod(ownedBy('ReplicaSet'), local), bold, undefined, { take: true }],
    ['of a daemon set', pod(ownedBy('DaemonSet')), careful, there, noDaemons],
    [
      'of a daemon set, left',
      pod(ownedBy('DaemonSet')),
      bold,
      there,
      { take: false, warning: 'ignoring DaemonSet-managed Pods' },
    ],
    [
      'of a daemon set that is gone',
      pod(ownedBy('DaemonSet')),
      careful,
      gone,
      { error: 'daemonsets.apps "o" not found' },
    ],
    ['of a daemon set that is gone, by force', pod(ownedBy('DaemonSet')), bold, gone, { take: true }],
    ['of a daemon set, finished', pod(ownedBy('DaemonSet'), done), careful, undefined, { take: true }],
    [
      'that mirrors a file',
      pod({ annotations: { 'kubernetes.io/config.mirror': 'x' } }),
      careful,
      undefined,
      { take: false },
    ],
    [
      'that has long been going',
      pod({ deletionTimestamp: '2026-01-01T00:00:00Z' }),
      { ...careful, skipAfterMs: 60_000 },
      undefined,
      { take: false },
    ],
    [
      'that has not been going for long',
      pod({ deletionTimestamp: '2026-01-01T00:09:30Z' }),
      { ...careful, skipAfterMs: 60_000 },
      undefined,
      noController,
    ],
  ];
  for (const [what, one, rules, answer, expected] of table)
    it(what, () => assert.deepEqual(verdictOn(one, rules, answer, now), expected));

  it('is said once for all pods of which it is true', () => {
    const judged: [name: string, Verdict][] = [
      ['a', { take: true, warning: 'w' }],
      ['b', { take: false, warning: 'w' }],
      ['c', { take: true }],
      ['e', { error: 'x' }],
      ['f', { error: 'x' }],
    ];
    const plan = planFrom(judged.map(([name, verdict]) => ({ pod: pod({ name }), verdict })));
    assert.deepEqual(
      plan.take.map(({ metadata }) => metadata.name),
      ['a', 'c'],
    );
    assert.equal(plan.warning, 'w: d/a, d/b');
    assert.deepEqual(plan.errors, ['cannot delete x: d/e, d/f']);
  });
});

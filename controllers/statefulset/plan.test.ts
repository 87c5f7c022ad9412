import assert from 'node:assert/strict';
import type { Pod, StatefulSet } from '../../api/types.js';
import { ago, noon, pod } from '../testing/objects.js';
import { isLeaving, withOwners } from './claims.js';
import { planFor, type Step } from './plan.js';
import { mended, podOf } from './pods.js';
import { statusOf } from './status.js';

type Spec = NonNullable<StatefulSet['spec']>;
const template = { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: 'db' }] } };
const setOf = (spec: Partial<Spec> = {}, status: object = {}): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'default', uid: 'uid-of-db', generation: 3 },
  spec: {
    replicas: 3,
    serviceName: 'dbs',
    selector: { matchLabels: { app: 'db' } },
    template,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    ...spec,
  },
  status: { replicas: 0, ...status },
});

/** '0' runs with the newest template; 'o' after it: an old one; 'x': not ready; 't': terminating; 'f': failed; 'p': pending. */
function podsOf(text: string): Pod[] {
  return text
    .split(' ')
    .filter(Boolean)
    .map(word => {
      const ordinal = Number.parseInt(word, 10);
      const has = (mark: string): boolean => word.includes(mark);
      const name = `db-${ordinal}`;
      const labels = {
        app: 'db',
        'statefulset.kubernetes.io/pod-name': name,
        'controller-revision-hash': has('o') ? 'db-old' : 'db-new',
      };
      const phase = has('f') ? 'Failed' : has('s') ? 'Succeeded' : has('p') ? 'Pending' : 'Running';
      const ready = has('x') || phase !== 'Running' ? (false as const) : has('y') ? 5 : 3600;
      return pod(name, { labels, phase, ready, ...(has('t') ? { terminating: true } : {}) });
    });
}

const said = (step: Step): string => {
  if (step.do === 'create') return `create ${step.ordinal}${step.revision === 'current' ? ' old' : ''}`;
  return `${step.do} ${step.pod.metadata.name?.slice(3)}`;
};
const revisions = { current: 'db-old', update: 'db-new', collisionCount: 0 };
const planned = (spec: Partial<Spec>, pods: string, status?: object): string =>
  planFor(setOf(spec, status), podsOf(pods), revisions, noon).steps.map(said).join(', ');

const parallel = { podManagementPolicy: 'Parallel' };
const from = (partition: number) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } });

describe('what a stateful set does next', () => {
  const table: [string, Partial<Spec>, string, string][] = [
    ['the first pod first', {}, '', 'create 0'],
    ['the second once the first serves', {}, '0', 'create 1'],
    ['nothing while the first does not serve', {}, '0x', ''],
    ['the claims of a pod that waits for them', {}, '0p', 'claim 0'],
    ['all at once, when they may', parallel, '1', 'create 0, create 2'],
    ['nothing while a place is taken by a pod that goes', {}, '0 1t 2', ''],
    ['a failed pod goes', {}, '0 1f 2', 'replace 1'],
    ['and so does one that is done', {}, '0 1s 2', 'replace 1'],
    ['a failed pod that goes already is waited for', {}, '0 1ft 2', ''],
    ['nothing when all is well', {}, '0 1 2', ''],
    ['from the highest down', { replicas: 1 }, '0 1 2', 'scaleDown 2'],
    ['one after the other', { replicas: 1 }, '0 1 2t', ''],
    ['not while one that stays is unwell', { replicas: 1 }, '0x 1 2', ''],
    ['not an unwell one while a lower one is unwell as well', { replicas: 1 }, '0 1x 2x', ''],
    ['none of those that are all unwell', { replicas: 0 }, '0x 1x 2x', ''],
    ['a well one above an unwell one', { replicas: 0 }, '0x 1x 2', 'scaleDown 2'],
    ['but an unwell one itself goes', { replicas: 1 }, '0 1 2x', 'scaleDown 2'],
    ['all at once down, too', { replicas: 1, ...parallel }, '0 1 2', 'scaleDown 2, scaleDown 1'],
    ['a new template from the highest', {}, '0o 1o 2o', 'renew 2'],
    ['the next when that serves', {}, '0o 1o 2', 'renew 1'],
    ['not before', { ...parallel }, '0o 1o 2x', ''],
    ['never below the partition', from(2), '0o 1o 2', ''],
    ['below the partition as it was', from(2), '0o 2', 'create 1 old'],
    ['above it as it is', from(1), '0o 2', 'create 1'],
    ['nothing of it on delete', { updateStrategy: { type: 'OnDelete' } }, '0o 1o 2o', ''],
    [
      'as many at once as may be missing',
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: 2 } } },
      '0o 1o 2o',
      'renew 2, renew 1',
    ],
    ['numbers from another start', { ordinals: { start: 2 }, replicas: 2 }, '2', 'create 3'],
    ['what is below the start goes', { ordinals: { start: 1 }, replicas: 2 }, '0 1 2', 'scaleDown 0'],
    ['waits until a pod has served for long enough', { minReadySeconds: 60 }, '0y', ''],
  ];
  for (const [what, spec, pods, expected] of table) it(what, () => assert.equal(planned(spec, pods), expected));

  it('looks again when a pod will have served for long enough', () => {
    const plan = planFor(setOf({ minReadySeconds: 60 }), podsOf('0y'), revisions, noon);
    assert.equal(plan.lookAgainAfterMs, 55_000);
  });

  it('does nothing when it is being deleted', () => {
    const set = setOf();
    set.metadata.deletionTimestamp = ago(1);
    assert.deepEqual(planFor(set, podsOf('0'), revisions, noon).steps, []);
  });
});

describe('the status of a stateful set', () => {
  const status = (pods: string, spec: Partial<Spec> = {}) => statusOf(setOf(spec), podsOf(pods), revisions, noon);
  it('counts its pods by their templates', () => {
    assert.deepEqual(status('0o 1ox 2t'), {
      observedGeneration: 3,
      replicas: 3,
      readyReplicas: 2,
      currentReplicas: 2,
      currentRevision: 'db-old',
      updateRevision: 'db-new',
      collisionCount: 0,
      availableReplicas: 2,
    });
  });
  it('is at the newest revision once all pods have it and serve', () => {
    const { currentRevision, currentReplicas, updatedReplicas } = status('0 1 2');
    assert.deepEqual([currentRevision, currentReplicas, updatedReplicas], ['db-new', 3, 3]);
    assert.equal(status('0 1 2x').currentRevision, 'db-old');
    assert.equal(status('0 1').currentRevision, 'db-old');
  });
});

describe('a pod of a stateful set', () => {
  const claims = { volumeClaimTemplates: [{ metadata: { name: 'data' } }] } as Partial<Spec>;
  it('has its name, host name and claims, which take the place of a volume', () => {
    const volumes = [
      { name: 'data', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ];
    const of = { ...template, spec: { ...template.spec, volumes } };
    const made = podOf(setOf(claims), 1, { name: 'db-new', template: of });
    assert.equal(made.metadata.name, 'db-1');
    assert.equal(made.metadata.generateName, undefined);
    assert.deepEqual(made.metadata.labels, {
      app: 'db',
      'statefulset.kubernetes.io/pod-name': 'db-1',
      'apps.kubernetes.io/pod-index': '1',
      'controller-revision-hash': 'db-new',
    });
    assert.deepEqual([made.spec?.hostname, made.spec?.subdomain], ['db-1', 'dbs']);
    assert.deepEqual(made.spec?.volumes, [
      { name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } },
      { name: 'tmp', emptyDir: {} },
    ]);
    assert.equal(mended(setOf(claims), made), undefined);
  });
  it('that was adopted gets its label', () => {
    const [orphan] = podsOf('1');
    assert.ok(orphan);
    orphan.metadata.labels = { app: 'db' };
    assert.equal(mended(setOf(), orphan)?.metadata.labels?.['statefulset.kubernetes.io/pod-name'], 'db-1');
  });
});

describe('the owners of a claim', () => {
  const claim = (owners: string[] = []) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: 'data-db-1',
      ownerReferences: owners.map(kind => ({
        apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
        kind,
        name: kind === 'Pod' ? 'db-1' : 'db',
        uid: kind === 'Pod' ? 'uid-of-db-1' : 'uid-of-db',
        controller: true,
        blockOwnerDeletion: true,
      })),
    },
  });
  const table: [string, string, boolean, string[], string[] | undefined][] = [
    ['Retain', 'Retain', true, [], undefined],
    ['Retain', 'Retain', false, ['StatefulSet'], []],
    ['Delete', 'Retain', false, [], ['StatefulSet']],
    ['Delete', 'Retain', true, ['StatefulSet'], undefined],
    ['Retain', 'Delete', false, [], undefined],
    ['Retain', 'Delete', true, [], ['Pod']],
    ['Retain', 'Delete', false, ['Pod'], []],
    ['Delete', 'Delete', true, ['StatefulSet'], ['Pod']],
    ['Delete', 'Delete', false, ['StatefulSet'], undefined],
  ];
  for (const [whenDeleted, whenScaled, condemned, before, after] of table) {
    const what = `${whenDeleted} when deleted, ${whenScaled} when scaled, ${condemned ? 'scaled away' : 'kept'}`;
    it(`${what}, from ${before.join() || 'none'}`, () => {
      const set = setOf({ persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } });
      const [owner] = podsOf('1');
      const next = withOwners(set, 1, claim(before) as never, condemned ? owner : undefined);
      const kinds = next && (next.metadata.ownerReferences ?? []).map(({ kind }) => kind);
      assert.deepEqual(kinds, after);
    });
  }

  it('of which one that was the former pod of the name makes it leave', () => {
    const [owner] = podsOf('1');
    assert.equal(isLeaving(claim(['Pod']) as never, undefined), true);
    assert.equal(isLeaving(claim(['Pod']) as never, owner), false);
    assert.equal(isLeaving(claim(['StatefulSet']) as never, undefined), false);
  });
});

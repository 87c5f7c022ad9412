import assert from 'node:assert/strict';
import { semanticEqual } from '../../api/json.js';
import type { ControllerRevision, PodTemplateSpec } from '../../api/types.js';
import { planRevisions, superfluous, type Templated, templateOf } from './plan.js';

const template = (image: string): PodTemplateSpec => ({
  metadata: { labels: { app: 'db' } },
  spec: { containers: [{ name: 'c', image }] },
});
const owner = (image: string, more: object = {}): Templated => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'default', uid: 'u', annotations: { note: 'n' } },
  spec: { template: template(image), ...more },
});
const made = (image: string, revision: number): ControllerRevision => {
  const { create } = planRevisions(owner(image), []);
  assert.ok(create);
  return { ...create(0), revision };
};

describe('the revisions of a template', () => {
  it('begin with 1, and carry the patch that brings the template back', () => {
    const { create, current, renumber } = planRevisions(owner('a'), []);
    assert.equal(current ?? renumber, undefined);
    const revision = create?.(0);
    assert.equal(revision?.revision, 1);
    assert.equal(
      JSON.stringify(revision?.data),
      '{"spec":{"template":{"$patch":"replace","metadata":{"creationTimestamp":null,"labels":{"app":"db"}},"spec":{"containers":[{"image":"a","name":"c","resources":{}}]}}}}',
    );
    assert.ok(semanticEqual(templateOf(revision as ControllerRevision), template('a')));
    assert.equal(revision?.metadata.name, `db-${revision?.metadata.labels?.['controller.kubernetes.io/hash']}`);
    assert.deepEqual(revision?.metadata.annotations, { note: 'n' });
  });

  it('have another name when theirs is taken', () => {
    const { create } = planRevisions(owner('a'), []);
    assert.notEqual(create?.(0).metadata.name, create?.(1).metadata.name);
  });

  it('are found again', () => {
    const revisions = [made('a', 1), made('b', 2)];
    assert.equal(planRevisions(owner('b'), revisions).current, revisions[1]);
    assert.equal(planRevisions(owner('c'), revisions).create?.(0).revision, 3);
  });

  it('move up when an old template comes back', () => {
    const revisions = [made('a', 1), made('b', 2)];
    const { renumber } = planRevisions(owner('a'), revisions);
    assert.deepEqual([renumber?.metadata.name, renumber?.revision], [revisions[0]?.metadata.name, 3]);
  });

  it('keep the newest of two that are alike', () => {
    const [a, twin] = [made('a', 1), { ...made('a', 4), metadata: { name: 'twin' } }];
    const plan = planRevisions(owner('a'), [a, twin, made('b', 3)]);
    assert.equal(plan.current, twin);
    assert.deepEqual(plan.duplicates, [a]);
  });
});

describe('the history of a template', () => {
  const revisions = [made('c', 3), made('a', 1), made('b', 2), made('d', 4)];
  const gone = (limit: number, live: number[]): number[] =>
    superfluous(owner('d', { revisionHistoryLimit: limit }), revisions, r => live.includes(r.revision)).map(
      r => r.revision,
    );
  const table: [string, number, number[], number[]][] = [
    ['is kept up to its limit', 3, [4], []],
    ['loses the oldest first', 1, [4], [1, 2]],
    ['never loses what is in use', 0, [1, 4], [2, 3]],
  ];
  for (const [what, limit, live, expected] of table) it(what, () => assert.deepEqual(gone(limit, live), expected));
});

import assert from 'node:assert/strict';
import type { AnyObject, ResourceQuota } from '../types.js';
import { count } from './amounts.js';
import { type LimitedResource, uncovered } from './limited.js';

const pods = { group: '', resource: 'pods' };
const claims = { group: '', resource: 'persistentvolumeclaims' };
const pod = (priorityClassName?: string): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [], ...(priorityClassName ? { priorityClassName } : {}) },
});
const quota = (hard: Record<string, string>, spec: object = {}): ResourceQuota =>
  ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec, status: { hard } }) as ResourceQuota;
const high = { scopeName: 'PriorityClass', operator: 'In', values: ['high'] };
const rules: LimitedResource[] = [
  { ...pods, contains: [], scopes: [high] },
  { ...claims, contains: ['gold.storageclass'], scopes: [] },
];
const gold = 'gold.storageclass.storage.k8s.io/requests.storage';

describe('resources that need a quota', () => {
  const selecting = { scopeSelector: { matchExpressions: [high] } };
  const noScope = 'insufficient quota to match these scopes: [{PriorityClass In [high]}]';
  const table: [what: string, ResourceQuota[], typeof pods, AnyObject, names: string[], why?: string][] = [
    ['pods of another class', [], pods, pod(), ['pods']],
    ['pods of the class', [], pods, pod('high'), ['pods'], noScope],
    ['pods of the class, with a quota of everything', [quota({ pods: '1' })], pods, pod('high'), ['pods'], noScope],
    ['pods of the class, with a quota of it', [quota({ pods: '1' }, selecting)], pods, pod('high'), ['pods']],
    ['a claim of another class', [], claims, pod(), ['requests.storage']],
    ['a claim of the class', [], claims, pod(), [gold, 'requests.storage'], `insufficient quota to consume: ${gold}`],
    ['a claim of the class, with a quota of it', [quota({ [gold]: '1' })], claims, pod(), [gold]],
    ['other kinds', [], { group: 'apps', resource: 'deployments' }, pod('high'), ['count/deployments.apps']],
  ];
  for (const [what, quotas, kind, object, names, why] of table)
    it(`${what}: ${why ?? 'are let through'}`, () => {
      const more = new Map(names.map(name => [name, count(1)]));
      assert.equal(uncovered(rules, quotas, kind, object, more), why);
    });
});

import assert from 'node:assert/strict';
import type { AnyObject, ResourceQuota } from '../../../api/types.js';
import { judge } from './judge.js';

const quota = (hard: Record<string, string>, used: Record<string, string>, spec: object = {}): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q', namespace: 'shop' },
  spec: { hard, ...spec },
  status: { hard, used },
});
const object = (spec: object, more: object = {}): AnyObject =>
  ({ apiVersion: 'v1', kind: 'Any', metadata: { name: 'x', namespace: 'shop' }, spec, ...more }) as AnyObject;
const pod = (resources: object, spec: object = {}): AnyObject =>
  object({ containers: [{ name: 'c', image: 'i', resources }], ...spec });
const core = (resource: string) => ({ group: '', resource });

/** What is used afterwards, or why not; '' where the quota has nothing to do with it. */
function said(of: ResourceQuota, kind: { group: string; resource: string }, now: AnyObject, old?: AnyObject): unknown {
  const judgement = judge(of, { kind, object: now, ...(old ? { old } : {}) });
  if (judgement.kind === 'none') return '';
  return judgement.kind === 'refused' ? judgement.why : judgement.quota.status?.used;
}

describe('a quota', () => {
  const table: [string, ResourceQuota, string, AnyObject, unknown][] = [
    ['counts pods', quota({ pods: '2' }, { pods: '1' }), 'pods', pod({}), { pods: '2' }],
    [
      'has no more pods',
      quota({ pods: '2' }, { pods: '2' }),
      'pods',
      pod({}),
      'exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2',
    ],
    [
      'adds what is asked for',
      quota({ 'requests.cpu': '2', memory: '2Gi' }, { 'requests.cpu': '500m', memory: '1Gi' }),
      'pods',
      pod({ requests: { cpu: '1', memory: '1Gi' } }),
      { 'requests.cpu': '1500m', memory: '2Gi' },
    ],
    [
      'tells all that is exceeded',
      quota(
        { 'requests.cpu': '1', 'limits.cpu': '1', pods: '9' },
        { 'requests.cpu': '1', 'limits.cpu': '0', pods: '0' },
      ),
      'pods',
      pod({ requests: { cpu: '1' }, limits: { cpu: '2' } }),
      'exceeded quota: q, requested: limits.cpu=2,requests.cpu=1, used: limits.cpu=0,requests.cpu=1, limited: limits.cpu=1,requests.cpu=1',
    ],
    [
      'wants to hear what it limits',
      quota({ 'limits.cpu': '1', 'requests.memory': '1' }, { 'limits.cpu': '0', 'requests.memory': '0' }),
      'pods',
      pod({}),
      'failed quota: q: must specify limits.cpu for: c; requests.memory for: c',
    ],
    [
      'passes over pods that ended',
      quota({ pods: '0' }, { pods: '0' }),
      'pods',
      { ...pod({}), status: { phase: 'Failed' } },
      '',
    ],
    [
      'waits for who counts first',
      quota({ pods: '2' }, {}),
      'pods',
      pod({}),
      'status unknown for quota: q, resources: pods',
    ],
    [
      'of pods without promises leaves others alone',
      quota({ pods: '0' }, { pods: '0' }, { scopes: ['BestEffort'] }),
      'pods',
      pod({ requests: { cpu: '1' } }),
      '',
    ],
    [
      'of pods that end knows them by their deadline',
      quota({ pods: '1' }, { pods: '0' }, { scopes: ['Terminating'] }),
      'pods',
      pod({}, { activeDeadlineSeconds: 5 }),
      { pods: '1' },
    ],
    [
      'of a priority',
      quota(
        { pods: '0' },
        { pods: '0' },
        {
          scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] },
        },
      ),
      'pods',
      pod({}, { priorityClassName: 'high' }),
      'exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0',
    ],
    [
      'counts the ports of nodes',
      quota({ 'services.nodeports': '1', services: '5' }, { 'services.nodeports': '0', services: '0' }),
      'services',
      object({ type: 'NodePort', ports: [{ port: 1 }, { port: 2 }] }),
      'exceeded quota: q, requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1',
    ],
    [
      'counts storage, by class as well',
      quota(
        { 'requests.storage': '5Gi', 'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '1' },
        { 'requests.storage': '1Gi', 'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '0' },
      ),
      'persistentvolumeclaims',
      object({ storageClassName: 'fast', resources: { requests: { storage: '2Gi' } } }),
      { 'requests.storage': '3Gi', 'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '1' },
    ],
    ['counts by a name of its own', quota({ secrets: '1' }, { secrets: '0' }), 'secrets', object({}), { secrets: '1' }],
    ['lets be what it does not name', quota({ pods: '0' }, { pods: '0' }), 'secrets', object({}), ''],
  ];
  for (const [what, of, resource, now, expected] of table) {
    it(what, () => assert.deepEqual(said(of, core(resource), now), expected));
  }

  it('counts objects of any kind', () => {
    const of = quota({ 'count/deployments.apps': '1' }, { 'count/deployments.apps': '1' });
    assert.equal(
      said(of, { group: 'apps', resource: 'deployments' }, object({})),
      'exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=1, limited: count/deployments.apps=1',
    );
  });

  it('counts of a change what is more', () => {
    const of = quota({ 'requests.cpu': '2' }, { 'requests.cpu': '1' });
    const [small, large] = [pod({ requests: { cpu: '1' } }), pod({ requests: { cpu: '1500m' } })];
    assert.deepEqual(said(of, core('pods'), large, small), { 'requests.cpu': '1500m' });
    assert.equal(said(of, core('pods'), small, large), '');
  });

  it('counts starting containers one by one, and sidecars with all', () => {
    const init = (cpu: string, restartPolicy?: string): object => ({
      name: `i${cpu}`,
      resources: { requests: { cpu } },
      ...(restartPolicy ? { restartPolicy } : {}),
    });
    const of = quota({ cpu: '9' }, { cpu: '0' });
    const asked = (...initContainers: object[]): unknown =>
      said(of, core('pods'), pod({ requests: { cpu: '2' } }, { initContainers }));
    assert.deepEqual(asked(init('1'), init('3')), { cpu: '3' });
    assert.deepEqual(asked(init('1', 'Always'), init('1')), { cpu: '3' });
  });
});

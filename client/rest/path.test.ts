import assert from 'node:assert/strict';
import { leases, namespaces, pods } from '../resources.js';
import { collectionPath, listQuery, objectPath, query, watchQuery, writeQuery } from './path.js';

describe('rest paths', () => {
  const cases: [string, string, string][] = [
    ['all namespaces', collectionPath(pods), '/api/v1/pods'],
    ['one namespace', collectionPath(pods, 'default'), '/api/v1/namespaces/default/pods'],
    ['a group', collectionPath(leases, 'kube-system'), '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases'],
    ['cluster scope ignores a namespace', collectionPath(namespaces, 'x'), '/api/v1/namespaces'],
    ['an object', objectPath(pods, { namespace: 'a', name: 'web' }), '/api/v1/namespaces/a/pods/web'],
    [
      'a subresource',
      objectPath(pods, { namespace: 'a', name: 'web' }, 'status'),
      '/api/v1/namespaces/a/pods/web/status',
    ],
    [
      'a name that needs escaping',
      objectPath(pods, { namespace: 'a', name: 'x/../y' }),
      '/api/v1/namespaces/a/pods/x%2F..%2Fy',
    ],
    ['an empty query', query({ a: undefined, b: '' }), ''],
    [
      'a list',
      listQuery({ labelSelector: 'app=web,tier!=db', limit: 5 }),
      '?labelSelector=app%3Dweb%2Ctier%21%3Ddb&limit=5',
    ],
    [
      'a watch',
      watchQuery({ resourceVersion: '7', allowWatchBookmarks: true, signal: new AbortController().signal }),
      '?watch=true&resourceVersion=7&allowWatchBookmarks=true',
    ],
    ['a dry run', writeQuery({ dryRun: true, fieldManager: 'me' }), '?dryRun=All&fieldManager=me'],
    ['force only when true', writeQuery({ force: false }), ''],
  ];
  for (const [what, actual, expected] of cases) it(what, () => assert.equal(actual, expected));

  it('refuses a namespaced object without its namespace, which would be another path', () => {
    assert.throws(() => objectPath(pods, { name: 'web' }), /needs a namespace/);
    assert.throws(() => objectPath(pods, { name: '', namespace: 'a' }), /needs a name/);
  });
});

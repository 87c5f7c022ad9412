import assert from 'node:assert/strict';
import { findKind } from '../../api/kinds/index.js';
import type { KindRow } from '../../api/kinds/row.js';
import { KeySpace } from './keys.js';

const row = (group: string, plural: string): KindRow => {
  const found = findKind({ group, plural });
  assert.ok(found, plural);
  return found;
};

describe('keys in the store', () => {
  const widgets = { ...row('', 'pods'), group: 'example.com', plural: 'widgets' };
  const cases: [KindRow, string, string, string][] = [
    [row('', 'pods'), 'default', 'web', '/registry/pods/default/web'],
    [row('', 'services'), 'default', 'web', '/registry/services/specs/default/web'],
    [row('', 'endpoints'), 'default', 'web', '/registry/services/endpoints/default/web'],
    [row('', 'nodes'), '', 'n1', '/registry/minions/n1'],
    [row('', 'replicationcontrollers'), 'default', 'web', '/registry/controllers/default/web'],
    [row('', 'events'), 'default', 'web.1', '/registry/events/default/web.1'],
    [row('discovery.k8s.io', 'endpointslices'), 'default', 'web', '/registry/endpointslices/default/web'],
    [row('coordination.k8s.io', 'leases'), 'kube-system', 'l', '/registry/leases/kube-system/l'],
    [row('rbac.authorization.k8s.io', 'clusterroles'), '', 'system:node', '/registry/clusterroles/system:node'],
    [widgets, 'default', 'w', '/registry/example.com/widgets/default/w'],
  ];
  const keys = new KeySpace(cases.map(([found]) => found));
  for (const [found, namespace, name, key] of cases) {
    it(`${key} is ${found.plural}, there and back`, () => {
      assert.equal(keys.keyOf(found, namespace, name), key);
      const path = namespace === '' ? name : `${namespace}/${name}`;
      assert.deepEqual(keys.parse(key), { prefix: keys.prefixOf(found), path });
    });
  }

  it('passes over what is not served', () => {
    assert.equal(keys.parse('/registry/unknown/default/x'), undefined);
    assert.equal(keys.parse('/registry/ranges'), undefined);
    assert.equal(keys.parse('/registry/services/other/x'), undefined);
  });
});

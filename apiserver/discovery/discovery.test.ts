import assert from 'node:assert/strict';
import { builtinKinds } from '../../api/kinds/index.js';
import type { KindRow } from '../../api/kinds/row.js';
import { aggregatedDocument } from './aggregated.js';
import { discoveryDocument } from './documents.js';
import { byPriority, groupsOf, resourcesOf } from './resources.js';

// biome-ignore lint/suspicious/noExplicitAny: documents of many shapes
const document = (path: string): any => discoveryDocument(builtinKinds, path, '10.0.0.1:6443');

describe('discovery', () => {
  it('names the core version, and where the server is', () => {
    assert.deepEqual(document('/api'), {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '10.0.0.1:6443' }],
    });
  });

  it("names the groups, Kubernetes' own in its order and all others after them", () => {
    const groups = document('/apis').groups.map((group: { name: string }) => group.name);
    const place = (name: string): number => groups.indexOf(name);
    assert.ok(place('apps') < place('batch') && place('batch') < place('storage.k8s.io'));
    const row = { ...(builtinKinds[0] as KindRow), group: 'a.example.com', custom: true };
    const last = groupsOf([row, ...builtinKinds]).slice(-2);
    assert.deepEqual(
      last.map(({ group }) => group),
      ['a.example.com', 'metrics.k8s.io'],
    );
    assert.ok(groups.includes('rbac.authorization.k8s.io'));
    assert.ok(!groups.includes(''));
    const [version, former] = ['v1', 'v1beta1'].map(name => ({
      groupVersion: `coordination.k8s.io/${name}`,
      version: name,
    }));
    assert.deepEqual(document('/apis/coordination.k8s.io'), {
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'coordination.k8s.io',
      versions: [version, former],
      preferredVersion: version,
    });
  });

  it('lists resources and subresources, with the kinds of these', () => {
    const { groupVersion, resources } = document('/api/v1');
    assert.equal(groupVersion, 'v1');
    const find = (name: string) => resources.find((resource: { name: string }) => resource.name === name);
    assert.deepEqual(
      [find('pods').shortNames, find('pods').singularName, find('pods').categories],
      [['po'], 'pod', ['all']],
    );
    assert.deepEqual(find('replicationcontrollers/scale'), {
      name: 'replicationcontrollers/scale',
      singularName: '',
      namespaced: true,
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get', 'patch', 'update'],
    });
    assert.deepEqual([find('pods/binding').kind, find('pods/status').kind], ['Binding', 'Pod']);
    assert.deepEqual([find('pods/eviction').group, find('serviceaccounts/token').kind], ['policy', 'TokenRequest']);
  });

  it('says in which version what is stored is stored, as Kubernetes says it', () => {
    const hash = (path: string, name: string): string | undefined =>
      document(path).resources.find((resource: { name: string }) => resource.name === name).storageVersionHash;
    assert.equal(hash('/api/v1', 'pods'), 'xPOwRZ+Yhw8=');
    assert.equal(hash('/apis/apps/v1', 'deployments'), '8aSe+NMegvE=');
    assert.equal(hash('/apis/events.k8s.io/v1', 'events'), hash('/api/v1', 'events'));
    for (const unstored of ['pods/status', 'bindings']) assert.equal(hash('/api/v1', unstored), undefined);
  });

  for (const path of ['/api/v2', '/apis/none', '/apis/apps/v9', '/api/v1/pods', '/other']) {
    it(`has nothing at ${path}`, () => assert.equal(document(path), undefined));
  }

  it('can say what every subresource of every kind is', () => {
    for (const row of builtinKinds) assert.equal(resourcesOf(row).length, 1 + row.subresources.length);
  });

  it('says the same in one document', () => {
    // biome-ignore lint/suspicious/noExplicitAny: a document of many shapes
    const core: any = aggregatedDocument(builtinKinds, 'api', 'v2');
    assert.equal(core.apiVersion, 'apidiscovery.k8s.io/v2');
    assert.equal(core.items.length, 1);
    const { version, resources, freshness } = core.items[0].versions[0];
    assert.deepEqual([version, freshness], ['v1', 'Current']);
    const listed = document('/api/v1').resources.map((resource: { name: string }) => resource.name);
    type Found = { resource: string; subresources?: { subresource: string }[] };
    const aggregated = resources.flatMap(({ resource, subresources = [] }: Found) => [
      resource,
      ...subresources.map(({ subresource }) => `${resource}/${subresource}`),
    ]);
    assert.deepEqual(aggregated, listed);
    // biome-ignore lint/suspicious/noExplicitAny: a document of many shapes
    const groups: any = aggregatedDocument(builtinKinds, 'apis', 'v2beta1');
    assert.deepEqual(
      groups.items.map((item: { metadata: { name: string } }) => item.metadata.name),
      document('/apis').groups.map((group: { name: string }) => group.name),
    );
  });

  it('prefers stable versions, and later ones', () => {
    const versions = ['v1beta1', 'v1', 'v2alpha1', 'v10', 'v2', 'v1beta2', 'other'];
    assert.deepEqual(versions.sort(byPriority), ['v10', 'v2', 'v1', 'v1beta2', 'v1beta1', 'v2alpha1', 'other']);
  });
});

import assert from 'node:assert/strict';
import type { AnyObject } from '../../../api/types.js';
import { clusterAuthorizer } from '../authorizer.js';
import { defaultPolicy } from '../bootstrap-policy.js';
import { FakeLookup } from '../testing/fake-lookup.js';
import { ask, kubelet, someone } from '../testing/requests.js';
import { podReferences } from './references.js';

const pod = (name: string, nodeName: string | undefined, spec: object, annotations = {}): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', annotations },
  spec: { ...(nodeName ? { nodeName } : {}), containers: [], ...spec },
});
const secretVolume = (secretName: string) => ({ volumes: [{ name: 'v', secret: { secretName } }] });

const web = pod('web', 'n1', {
  serviceAccountName: 'web',
  imagePullSecrets: [{ name: 'pull' }],
  volumes: [
    { name: 'a', secret: { secretName: 'tls' } },
    { name: 'b', configMap: { name: 'settings' } },
    {
      name: 'c',
      projected: { sources: [{ secret: { name: 'p-secret' } }, { configMap: { name: 'kube-root-ca.crt' } }] },
    },
    { name: 'd', persistentVolumeClaim: { claimName: 'data' } },
  ],
  initContainers: [{ name: 'i', env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'init-env', key: 'k' } } }] }],
  containers: [
    {
      name: 'c',
      env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'env-map', key: 'k' } } }],
      envFrom: [{ secretRef: { name: 'all-env' } }, { configMapRef: { name: 'all-map' } }],
    },
  ],
});

const lookup = new FakeLookup([
  ...defaultPolicy(),
  web,
  pod('other', 'n2', secretVolume('theirs')),
  pod('pending', undefined, secretVolume('unbound')),
  pod('static', 'n1', secretVolume('mirrored'), { 'kubernetes.io/config.mirror': 'hash' }),
]);
const inGroup = (apiVersion: string, kind: string, name: string, spec: object): AnyObject => ({
  ...{ apiVersion, kind, spec },
  metadata: { name },
});
for (const node of ['n1', 'n2']) {
  lookup.put(inGroup('storage.k8s.io/v1', 'VolumeAttachment', `at-${node}`, { nodeName: node }));
  lookup.put(inGroup('resource.k8s.io/v1', 'ResourceSlice', `slice-${node}`, { nodeName: node }));
}
const authorizer = clusterAuthorizer(lookup);
// Volumes that come later are found too.
const volume = (claim: string, secret: string): object => ({
  claimRef: { namespace: 'shop', name: claim },
  csi: { driver: 'd', nodeStageSecretRef: { namespace: 'drivers', name: secret } },
});
lookup.put(inGroup('v1', 'PersistentVolume', 'pv-data', volume('data', 'stage')));
lookup.put(inGroup('v1', 'PersistentVolume', 'pv-other', volume('other', 'other-stage')));

const table: [string, ReturnType<typeof ask>, boolean][] = [
  ['a mounted secret', ask('get secrets', 'shop', 'tls'), true],
  ['to watch it by name', ask('watch secrets', 'shop', 'tls'), true],
  ['a projected secret', ask('get secrets', 'shop', 'p-secret'), true],
  ['a pull secret', ask('get secrets', 'shop', 'pull'), true],
  ['an init container’s secret', ask('get secrets', 'shop', 'init-env'), true],
  ['a secret for the environment', ask('get secrets', 'shop', 'all-env'), true],
  ['a mounted config map', ask('get configmaps', 'shop', 'settings'), true],
  ['a config map for the environment', ask('get configmaps', 'shop', 'env-map'), true],
  ['the root certificate', ask('watch configmaps', 'shop', 'kube-root-ca.crt'), true],
  ['a claim', ask('get persistentvolumeclaims', 'shop', 'data'), true],
  ['the token of its pod’s account', ask('create serviceaccounts/token', 'shop', 'web'), true],
  ['not another node’s secret', ask('get secrets', 'shop', 'theirs'), false],
  ['not a pending pod’s secret', ask('get secrets', 'shop', 'unbound'), false],
  ['nothing through a mirror pod', ask('get secrets', 'shop', 'mirrored'), false],
  ['not the same name elsewhere', ask('get secrets', 'other', 'tls'), false],
  ['not all secrets', ask('list secrets', 'shop'), false],
  ['not all secrets everywhere', ask('watch secrets'), false],
  ['not a secret of a config map’s name', ask('get secrets', 'shop', 'settings'), false],
  ['no writing of secrets', ask('update secrets', 'shop', 'tls'), false],
  ['no writing of config maps', ask('delete configmaps', 'shop', 'settings'), false],
  ['no token of another account', ask('create serviceaccounts/token', 'shop', 'default'), false],
  ['no accounts', ask('get serviceaccounts', 'shop', 'web'), false],
  ['its own Node', ask('get nodes', '', 'n1'), true],
  ['to watch its own Node', ask('watch nodes', '', 'n1'), true],
  ['to register', ask('create nodes'), true],
  ['its own status', ask('patch nodes/status', '', 'n1'), true],
  ['not to read another Node', ask('get nodes', '', 'n2'), false],
  ['not to list all Nodes', ask('list nodes'), false],
  ['not to delete Nodes', ask('delete nodes', '', 'n1'), false],
  ['to make its lease', ask('create leases.coordination.k8s.io', 'kube-node-lease'), true],
  ['to renew its lease', ask('update leases.coordination.k8s.io', 'kube-node-lease', 'n1'), true],
  ['not another’s lease', ask('update leases.coordination.k8s.io', 'kube-node-lease', 'n2'), false],
  ['not to list leases', ask('list leases.coordination.k8s.io', 'kube-node-lease'), false],
  ['not the controllers’ lease', ask('update leases.coordination.k8s.io', 'kube-system', 'n1'), false],
  ['its pods', { ...ask('watch pods'), fieldSelector: 'spec.nodeName=n1,status.phase!=Failed' }, true],
  ['its pods, one by one', ask('get pods', 'shop', 'web'), true],
  ['its mirror pods', ask('get pods', 'shop', 'static'), true],
  ['not all pods', ask('watch pods'), false],
  ['not the pods of another node', { ...ask('list pods'), fieldSelector: 'spec.nodeName=n2' }, false],
  ['not the pods of all others', { ...ask('list pods'), fieldSelector: 'spec.nodeName!=n1' }, false],
  ['not another node’s pod', ask('get pods', 'shop', 'other'), false],
  ['not pods by what is no selector', { ...ask('list pods'), fieldSelector: 'spec.nodeName=n1,x' }, false],
  ['to make mirror pods', ask('create pods', 'shop'), true],
  ['to evict', ask('create pods/eviction', 'shop', 'web'), true],
  ['the volume of its pod’s claim', ask('get persistentvolumes', '', 'pv-data'), true],
  ['not another volume', ask('get persistentvolumes', '', 'pv-other'), false],
  ['not all volumes', ask('list persistentvolumes'), false],
  ['the secret of that volume', ask('get secrets', 'drivers', 'stage'), true],
  ['not the secret of another volume', ask('get secrets', 'drivers', 'other-stage'), false],
  ['the status of its claim', ask('patch persistentvolumeclaims/status', 'shop', 'data'), true],
  ['not the status of another claim', ask('patch persistentvolumeclaims/status', 'shop', 'other'), false],
  ['not to change its claim', ask('patch persistentvolumeclaims', 'shop', 'data'), false],
  ['its attachment', ask('get volumeattachments.storage.k8s.io', '', 'at-n1'), true],
  ['not another’s attachment', ask('get volumeattachments.storage.k8s.io', '', 'at-n2'), false],
  ['its CSINode', ask('update csinodes.storage.k8s.io', '', 'n1'), true],
  ['to make its CSINode', ask('create csinodes.storage.k8s.io'), true],
  ['not another’s CSINode', ask('get csinodes.storage.k8s.io', '', 'n2'), false],
  ['not all CSINodes', ask('list csinodes.storage.k8s.io'), false],
  ['its slice of devices', ask('delete resourceslices.resource.k8s.io', '', 'slice-n1'), true],
  ['not another’s slice', ask('delete resourceslices.resource.k8s.io', '', 'slice-n2'), false],
  [
    'its slices',
    { ...ask('deletecollection resourceslices.resource.k8s.io'), fieldSelector: 'spec.nodeName=n1' },
    true,
  ],
  ['not all slices', ask('list resourceslices.resource.k8s.io'), false],
  ['to make slices', ask('create resourceslices.resource.k8s.io'), true],
  ['the status of pods', ask('patch pods/status', 'shop', 'web'), true],
  ['not to exec', ask('create pods/exec', 'shop', 'web'), false],
  ['not to bind', ask('create pods/binding', 'shop', 'web'), false],
  ['services', ask('list services'), true],
  ['not to change services', ask('update services', 'shop', 'web'), false],
  ['events', ask('create events', 'shop'), true],
  ['to have callers authenticated', ask('create tokenreviews.authentication.k8s.io'), true],
  ['no roles', ask('get clusterroles.rbac.authorization.k8s.io', '', 'admin'), false],
];

describe('the Node authorizer', () => {
  for (const [what, info, allowed] of table) {
    it(`${allowed ? 'allows' : 'refuses'} ${info.verb} ${info.resource}: ${what}`, () => {
      assert.equal(authorizer.authorize(kubelet('n1'), info).allowed, allowed);
    });
  }

  it('says why not', () => {
    const why = (text: string, namespace = '', name = ''): string =>
      authorizer.authorize(kubelet('n1'), ask(text, namespace, name)).reason;
    assert.equal(why('get secrets', 'shop', 'theirs'), "no relationship found between node 'n1' and this object");
    assert.equal(why('get nodes', '', 'n2'), "node 'n1' cannot read 'n2', only its own Node object");
  });

  it('needs both the group and the name', () => {
    const secret = ask('get secrets', 'shop', 'tls');
    assert.equal(authorizer.authorize(someone('system:node:n1'), secret).allowed, false);
    assert.equal(authorizer.authorize(someone('n1', 'system:nodes'), secret).allowed, false);
  });

  it('follows pods as they come, change and go', () => {
    const objects = new FakeLookup();
    const watching = clusterAuthorizer(objects);
    const may = (name: string): boolean => watching.authorize(kubelet('n1'), ask('get secrets', 'shop', name)).allowed;
    const first = pod('p', undefined, secretVolume('s'));
    objects.put(first);
    assert.equal(may('s'), false, 'before it is bound');
    objects.put(pod('p', 'n1', secretVolume('s')));
    assert.equal(may('s'), true, 'once it is bound');
    objects.put(pod('q', 'n1', secretVolume('s')));
    objects.remove(first);
    assert.equal(may('s'), true, 'while another pod needs it');
    objects.put(pod('q', 'n1', secretVolume('t')));
    assert.deepEqual([may('s'), may('t')], [false, true], 'after the pod refers to another');
  });

  it('finds every reference of a pod', () => {
    const references = podReferences(web as unknown as Parameters<typeof podReferences>[0]);
    assert.deepEqual([...references].sort(), [
      'configmaps/all-map',
      'configmaps/env-map',
      'configmaps/kube-root-ca.crt',
      'configmaps/settings',
      'persistentvolumeclaims/data',
      'secrets/all-env',
      'secrets/init-env',
      'secrets/p-secret',
      'secrets/pull',
      'secrets/tls',
      'serviceaccounts/web',
    ]);
    const more = pod('db', 'n1', {
      volumes: [{ name: 'data', ephemeral: {} }],
      resourceClaims: [{ name: 'a', resourceClaimName: 'gpu' }, { name: 'b' }],
    });
    const status = { resourceClaimStatuses: [{ name: 'b', resourceClaimName: 'db-b-x' }] };
    assert.deepEqual([...podReferences({ ...more, status } as unknown as Parameters<typeof podReferences>[0])].sort(), [
      'persistentvolumeclaims/db-data',
      'resourceclaims/db-b-x',
      'resourceclaims/gpu',
    ]);
  });
});

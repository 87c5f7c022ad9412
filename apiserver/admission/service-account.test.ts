import assert from 'node:assert/strict';
import type { AnyObject, Pod, PodSpec } from '../../api/types.js';
import { FakeLookup } from '../auth/testing/fake-lookup.js';
import { serviceAccount } from './service-account.js';
import { admit, judges, pod } from './testing/fixture.js';

const account = (name: string, fields: object = {}): AnyObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: 'shop' },
  ...fields,
});
const plugin = serviceAccount(
  new FakeLookup([
    account('default'),
    account('puller', { imagePullSecrets: [{ name: 'registry' }] }),
    account('shy', { automountServiceAccountToken: false }),
  ]),
  length => 'x'.repeat(length),
);
const path = '/var/run/secrets/kubernetes.io/serviceaccount';
const mount = { name: 'kube-api-access-xxxxx', readOnly: true, mountPath: path };
const mirror = { metadata: { annotations: { 'kubernetes.io/config.mirror': 'hash' } } };

const specOf = async (fields: Parameters<typeof pod>[0]): Promise<PodSpec> => {
  const admitted = (await admit(plugin, { resource: 'pods', object: pod(fields) })) as unknown as Pod;
  assert.ok(admitted.spec);
  return admitted.spec;
};

describe('ServiceAccount', () => {
  judges(plugin, [
    ['of an account that exists', { resource: 'pods', object: pod({ spec: { serviceAccountName: 'shy' } }) }],
    [
      'of one that does not',
      { resource: 'pods', object: pod({ spec: { serviceAccountName: 'gone' } }) },
      'pods "web" is forbidden: error looking up service account shop/gone: serviceaccount "gone" not found',
    ],
    [
      'where the default account is not there yet',
      { resource: 'pods', namespace: 'new', object: pod() },
      'pods "web" is forbidden: error looking up service account new/default: serviceaccount "default" not found',
    ],
    ['that only mirrors', { resource: 'pods', namespace: 'new', object: pod(mirror) }],
    [
      'a mirror with an account',
      { resource: 'pods', object: pod({ ...mirror, spec: { serviceAccountName: 'default' } }) },
      /a mirror pod may not reference service accounts/,
    ],
    [
      'a mirror with a secret',
      { resource: 'pods', object: pod({ ...mirror, spec: { volumes: [{ name: 'v', secret: { secretName: 's' } }] } }) },
      /a mirror pod may not reference secrets/,
    ],
    ['the status of a pod', { resource: 'pods/status', operation: 'UPDATE', object: pod(), oldObject: pod() }],
  ]);

  it('gives a pod the default account and its token', async () => {
    const spec = await specOf({ spec: { initContainers: [{ name: 'i', image: 'i' }] } });
    assert.equal(spec.serviceAccountName, 'default');
    assert.equal(spec.serviceAccount, 'default');
    assert.deepEqual(spec.volumes, [
      {
        name: 'kube-api-access-xxxxx',
        projected: {
          defaultMode: 420,
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            {
              downwardAPI: {
                items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
              },
            },
          ],
        },
      },
    ]);
    assert.deepEqual(spec.containers[0]?.volumeMounts, [mount]);
    assert.deepEqual(spec.initContainers?.[0]?.volumeMounts, [mount]);
  });

  const none: [string, object][] = [
    ['its pod says no', { automountServiceAccountToken: false }],
    ['its account says no', { serviceAccountName: 'shy' }],
    [
      'all containers mount something there',
      { containers: [{ name: 'c', volumeMounts: [{ name: 'own', mountPath: path }] }] },
    ],
  ];
  for (const [when, spec] of none) {
    it(`mounts no token when ${when}`, async () => assert.equal((await specOf({ spec })).volumes, undefined));
  }

  it('follows the pod rather than the account', async () => {
    const spec = await specOf({ spec: { serviceAccountName: 'shy', automountServiceAccountToken: true } });
    assert.equal(spec.volumes?.length, 1);
  });

  it('leaves the mounts of containers that have their own', async () => {
    const own = { name: 'own', mountPath: path };
    const containers = [
      { name: 'a', volumeMounts: [own] },
      { name: 'b', volumeMounts: [{ name: 'o', mountPath: '/o' }] },
    ];
    const spec = await specOf({ spec: { containers } });
    assert.deepEqual(spec.containers[0]?.volumeMounts, [own]);
    assert.deepEqual(spec.containers[1]?.volumeMounts, [{ name: 'o', mountPath: '/o' }, mount]);
  });

  it('uses the token volume that is there already', async () => {
    const spec = await specOf({ spec: { volumes: [{ name: 'kube-api-access-given', projected: {} }] } });
    assert.equal(spec.volumes?.length, 1);
    assert.equal(spec.containers[0]?.volumeMounts?.[0]?.name, 'kube-api-access-given');
  });

  it('hands on the account’s pull secrets, unless the pod has some', async () => {
    const given = { serviceAccountName: 'puller', imagePullSecrets: [{ name: 'own' }] };
    assert.deepEqual((await specOf({ spec: { serviceAccountName: 'puller' } })).imagePullSecrets, [
      { name: 'registry' },
    ]);
    assert.deepEqual((await specOf({ spec: given })).imagePullSecrets, [{ name: 'own' }]);
  });
});

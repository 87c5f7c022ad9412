/** Who a pod is, whom it believes, what roles and certificate requests come to. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../api/clock.js';
import type { ClusterRole, KubeObject } from '../../../api/types.js';
import { requestCertificate } from '../../../cli/nodes/certificate.js';
import { certificateSigningRequests, clusterRoles, configMaps, pods, secrets } from '../../../client/resources.js';
import type { RestClient } from '../../../client/rest/index.js';
import { eventually } from '../lab.js';
import { idle, isReady, shell } from '../node/scene.js';
import { object, type Part } from './stage.js';

const rbac = 'rbac.authorization.k8s.io';
const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
const subject = { kind: 'ServiceAccount', name: 'robot', namespace: 'identities' };
const clusterRole = (name: string, fields: object, labels: Record<string, string> = {}): KubeObject => ({
  ...object(`${rbac}/v1`, 'ClusterRole', name, fields),
  metadata: { name, labels },
});

interface WhoAmI extends KubeObject {
  status?: { userInfo?: { username?: string; groups?: string[]; extra?: Record<string, string[]> } };
}
const selfSubjectReviews = {
  ...{ group: 'authentication.k8s.io', version: 'v1', plural: 'selfsubjectreviews', kind: 'SelfSubjectReview' },
  namespaced: false,
};
async function whoIs(client: RestClient): Promise<NonNullable<NonNullable<WhoAmI['status']>['userInfo']>> {
  const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} };
  const answer: WhoAmI = await client.create(selfSubjectReviews, asked);
  return answer.status?.userInfo ?? {};
}

export const identities: Part = {
  namespace: 'identities',
  objects: [
    object('v1', 'ServiceAccount', 'robot'),
    object('v1', 'Pod', 'robot', {
      spec: { serviceAccountName: 'robot', terminationGracePeriodSeconds: 0, containers: [shell(idle)] },
    }),
    {
      ...object('v1', 'Secret', 'badge', { type: 'kubernetes.io/service-account-token' }),
      metadata: { name: 'badge', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    },
    clusterRole('reader', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { reads: 'all' } }] } }),
    object(`${rbac}/v1`, 'RoleBinding', 'reader', {
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'reader' },
      subjects: [subject],
    }),
  ],

  tests({ stage, create, until, get, orrery }) {
    const printed = (file: string): Promise<string> => orrery('exec', 'robot', '--', 'cat', `${folder}/${file}`);
    const asRobot = async (): Promise<RestClient> => stage().as({ token: await printed('token') });

    it('a pod has a token of its account, bound to itself, and the CA that its namespace has', async () => {
      await until(pods, 'robot', isReady);
      const { username, extra } = await whoIs(await asRobot());
      assert.equal(username, 'system:serviceaccount:identities:robot');
      assert.deepEqual(extra?.['authentication.kubernetes.io/pod-name'], ['robot']);
      const { data } = await get(configMaps, 'kube-root-ca.crt');
      assert.equal(await printed('ca.crt'), data?.['ca.crt']);
      assert.equal(await printed('namespace'), 'identities');
    });

    it('a Secret that asks for a token of the account has one, which ends with the Secret', async () => {
      const badge = await until(secrets, 'badge', ({ data }) => data?.token !== undefined);
      const holder = stage().as({ token: Buffer.from(badge.data?.token ?? '', 'base64').toString() });
      assert.equal((await whoIs(holder)).username, 'system:serviceaccount:identities:robot');
      await stage().api.delete(secrets, { namespace: 'identities', name: 'badge' });
      await eventually(
        () => whoIs(holder).catch((error: { code?: number }) => error.code),
        answer => answer === 401,
      );
    });

    it('an aggregated role says the rules of those that it selects, and its holder may do what they say', async () => {
      const robot = await asRobot();
      const mayRead = (): Promise<unknown> =>
        robot.list(configMaps, { namespace: 'identities' }).then(
          () => true,
          (error: { code?: number }) => error.code,
        );
      assert.equal(await mayRead(), 403);
      const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }];
      await create(clusterRole('reads-config-maps', { rules }, { reads: 'all' }));
      const role = await until<ClusterRole>(clusterRoles, 'reader', ({ rules }) => (rules ?? []).length > 0);
      assert.deepEqual(role.rules, rules);
      await eventually(mayRead, answer => answer === true);
    });

    it('a certificate request is signed once it is approved, and its certificate says who comes', async () => {
      const { api, as } = stage();
      const wanted = {
        signerName: 'kubernetes.io/kube-apiserver-client',
        commonName: 'jane',
        organization: 'teachers',
        usages: ['client auth'],
      };
      const requested = requestCertificate(api, wanted, systemClock);
      const [csr] = await eventually(
        async () =>
          (await api.list(certificateSigningRequests)).items.filter(
            ({ spec }) => spec?.signerName === wanted.signerName,
          ),
        found => found.length > 0,
      );
      assert.ok(csr);
      assert.equal(csr.status?.certificate, undefined, 'nobody approves it by himself');
      const condition = { type: 'Approved', status: 'True', reason: 'Known', message: 'by the test' };
      const approved = { ...csr, status: { conditions: [condition] } };
      await api.update(certificateSigningRequests, approved, { subresource: 'approval' });
      const { username, groups } = await whoIs(as(await requested));
      assert.deepEqual([username, groups], ['jane', ['teachers', 'system:authenticated']]);
    });
  },
};

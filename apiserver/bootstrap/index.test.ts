import assert from 'node:assert/strict';
import type { Clock } from '../../api/clock.js';
import { defaultAuthentication } from '../auth/options.js';
import { openTestApi, settled, type TestApi } from '../testing/harness.js';
import { hookNames, PostStartHooks } from './hooks.js';
import { bootstrap, keepSystemObjects } from './index.js';

const advertised = { port: 6443, serviceCidr: '10.96.0.0/16' };
const { frontProxy } = defaultAuthentication;
const beginnings = {
  advertised,
  policy: [],
  authentication: { clientCa: 'CA', proxyCa: 'PROXY', frontProxy },
  clusterInfo: { server: 'https://10.0.0.1:6443', ca: 'THE CA' },
};
const service = '/api/v1/namespaces/default/services/kubernetes';

describe('what every cluster has', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
    await bootstrap(api.env, beginnings, new PostStartHooks());
  });
  afterEach(() => api.close());

  it('is there, and is written once', async () => {
    const { items } = await api.must(200, 'GET /api/v1/namespaces');
    assert.deepEqual(
      items.map((item: { metadata: { name: string } }) => item.metadata.name),
      ['default', 'kube-node-lease', 'kube-public', 'kube-system'],
    );
    assert.equal((await api.must(200, `GET ${service}`)).spec.clusterIP, '10.96.0.1');
    const revision = await api.store.revision();
    await bootstrap(api.env, beginnings, new PostStartHooks());
    assert.equal(await api.store.revision(), revision);
  });

  it('tells which part of it is done', async () => {
    const hooks = new PostStartHooks();
    const open = async (): Promise<string[]> => {
      const answers = await Promise.all(hooks.checks.map(async ({ name, check }) => ((await check()) ? name : '')));
      return answers.filter(Boolean);
    };
    assert.equal((await open()).length, hookNames.length);
    await bootstrap(api.env, beginnings, hooks);
    assert.deepEqual(await open(), [
      'poststarthook/bootstrap-controller',
      'poststarthook/crd-informer-synced',
      'poststarthook/kube-apiserver-autoregistration',
      'poststarthook/start-service-ip-repair-controllers',
    ]);
  });

  it('shows the range of service addresses, and who has one', async () => {
    const range = await api.must(200, 'GET /apis/networking.k8s.io/v1/servicecidrs/kubernetes');
    assert.deepEqual(range.spec, { cidrs: ['10.96.0.0/16'] });
    assert.equal(range.status.conditions[0].type, 'Ready');
    const address = await api.must(200, 'GET /apis/networking.k8s.io/v1/ipaddresses/10.96.0.1');
    assert.deepEqual(address.spec.parentRef, {
      group: '',
      resource: 'services',
      namespace: 'default',
      name: 'kubernetes',
    });
  });

  it('tells machines that join where the cluster is, until somebody takes that away', async () => {
    const path = '/api/v1/namespaces/kube-public/configmaps/cluster-info';
    const { data } = await api.must(200, `GET ${path}`);
    const { kind, clusters, users } = JSON.parse(data.kubeconfig);
    const cluster = { 'certificate-authority-data': 'VEhFIENB', server: 'https://10.0.0.1:6443' };
    assert.deepEqual([kind, clusters, users], ['Config', [{ name: '', cluster }], []]);
    const roles = '/apis/rbac.authorization.k8s.io/v1/namespaces/kube-public';
    const name = 'kubeadm:bootstrap-signer-clusterinfo';
    const { rules } = await api.must(200, `GET ${roles}/roles/${name}`);
    assert.deepEqual(rules, [
      { apiGroups: [''], resources: ['configmaps'], resourceNames: ['cluster-info'], verbs: ['get'] },
    ]);
    await api.must(200, `DELETE ${path}`);
    await api.must(200, `DELETE ${roles}/rolebindings/${name}`);
    await bootstrap(api.env, beginnings, new PostStartHooks());
    await api.must(404, `GET ${path}`);
    await api.must(404, `GET ${roles}/rolebindings/${name}`);
  });

  it('tells aggregated servers whom this one believes, and again when that changes', async () => {
    const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
    assert.deepEqual((await api.must(200, `GET ${path}`)).data, {
      'client-ca-file': 'CA',
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-client-ca-file': 'PROXY',
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-uid-headers': '["X-Remote-Uid"]',
      'requestheader-username-headers': '["X-Remote-User"]',
    });
    await bootstrap(
      api.env,
      { ...beginnings, authentication: { ...beginnings.authentication, clientCa: 'NEW' } },
      new PostStartHooks(),
    );
    assert.equal((await api.must(200, `GET ${path}`)).data['client-ca-file'], 'NEW');
  });

  it('is made again when it is deleted', async () => {
    let look: () => void = () => undefined;
    const clock: Clock = {
      now: () => api.clock.now(),
      sleep: (_ms, signal) =>
        new Promise(resolve => {
          look = resolve;
          signal?.addEventListener('abort', () => resolve());
        }),
    };
    const stopping = new AbortController();
    const failed = (error: unknown): void => assert.fail(String(error));
    const keeping = keepSystemObjects(api.env, advertised, { clock, signal: stopping.signal, failed });
    await api.must(200, `DELETE ${service}`);
    look();
    await settled();
    assert.equal((await api.must(200, `GET ${service}`)).spec.clusterIP, '10.96.0.1');
    stopping.abort();
    await keeping;
  });
});

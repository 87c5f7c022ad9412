/** Holes that Kubernetes, or servers like it, once had: each is knocked on here. */
import assert from 'node:assert/strict';
import { type Answered, type Asked, asker } from './testing/asking.js';
import { startTestCluster, type TestCluster } from './testing/cluster.js';

const core = '/api/v1/namespaces/default';
const rbac = '/apis/rbac.authorization.k8s.io/v1';

describe('famous holes', function () {
  this.timeout(30_000);
  let cluster: TestCluster;
  let ask: (path: string, asked?: Asked) => Promise<Answered>;
  before(async () => {
    cluster = await startTestCluster();
    ask = asker(cluster);
    for (const name of ['default', 'mallory']) {
      await ensure(`${core}/serviceaccounts`, { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name } });
    }
  });
  after(() => cluster.remove());

  const admin = (path: string, method = 'GET', body?: unknown): Promise<Answered> =>
    ask(path, { as: 'admin', method, ...(body === undefined ? {} : { body }) });
  async function ensure(path: string, body: object): Promise<void> {
    const answer = await admin(path, 'POST', body);
    assert.ok(answer.code === 201 || answer.code === 409, answer.text);
  }
  /** As mallory, who holds these rules in the namespace default alone. */
  async function grant(...rules: object[]): Promise<void> {
    const named = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'mallory' } };
    await ensure(`${rbac}/namespaces/default/roles`, { ...named, kind: 'Role', rules: [] });
    await ensure(`${rbac}/namespaces/default/rolebindings`, {
      ...{ ...named, kind: 'RoleBinding' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'mallory' },
      subjects: [{ kind: 'ServiceAccount', name: 'mallory', namespace: 'default' }],
    });
    const role = await admin(`${rbac}/namespaces/default/roles/mallory`, 'PUT', { ...named, kind: 'Role', rules });
    assert.equal(role.code, 200, role.text);
  }
  const mallory = (path: string, asked: Asked = {}): Promise<Answered> =>
    ask(path, {
      as: 'admin',
      ...asked,
      headers: { 'impersonate-user': 'system:serviceaccount:default:mallory', ...asked.headers },
    });
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

  describe('a role of a namespace opens nothing of the cluster (CVE-2019-11247)', () => {
    before(() => grant(everything));
    for (const path of [
      '/api/v1/namespaces/default/nodes',
      `${rbac}/namespaces/default/clusterroles`,
      `${rbac}/namespaces/default/clusterroles/cluster-admin`,
      '/apis/storage.k8s.io/v1/namespaces/default/storageclasses',
    ]) {
      it(`not by ${path}`, async () => {
        assert.equal((await mallory(path)).code, 404);
        assert.equal((await admin(path)).code, 404, 'for nobody is there such a thing');
      });
    }
    it('nor of other namespaces', async () => {
      assert.equal((await mallory('/api/v1/secrets')).code, 403);
      assert.equal((await mallory('/api/v1/namespaces/kube-system/secrets')).code, 403);
      assert.equal((await mallory('/api/v1/namespaces/default')).code, 200, 'its own namespace it may read');
      assert.equal((await mallory('/api/v1/namespaces/kube-system')).code, 403);
    });
  });

  describe('paths mean one thing only (CVE-2022-3162)', () => {
    before(() => grant(everything));
    for (const path of [
      '/api/v1/namespaces/default/../kube-system/secrets',
      '/api/v1/namespaces/default%2F..%2Fkube-system/secrets',
      '/api/v1/namespaces/default/%2e%2e/kube-system/secrets',
      '/api/v1/namespaces/default/secrets/..%2f..%2fkube-system%2fsecrets%2fx',
      '/api/v1/namespaces//secrets',
      '/api/v1//namespaces/kube-system/secrets',
      '/api/v1/namespaces/default/secrets/%00',
      '/api/v1/namespaces/default/secrets/..%5c..',
      '/api/v1/namespaces/default/pods/..%2f..%2f..%2fnodes/log',
      '/apis/../api/v1/secrets',
      '/api/v1/namespaces/default/secrets/%zz',
    ]) {
      it(`${path} is refused`, async () => {
        const { code } = await mallory(path);
        assert.ok(code === 400 || code === 403 || code === 404, `${code}`);
        assert.notEqual((await admin(path)).code, 200, 'and would be for an administrator');
      });
    }
  });

  it('a GET that runs a command needs the right to create, not to read', async () => {
    const pods = { apiGroups: [''], resources: ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/log'] };
    await grant({ ...pods, verbs: ['get', 'list', 'watch'] });
    for (const way of ['exec?command=id', 'attach', 'portforward']) {
      const refused = await mallory(`${core}/pods/web/${way}`);
      assert.equal(refused.code, 403, way);
      assert.match(refused.json.message, /cannot create resource "pods\/(exec|attach|portforward)"/);
    }
    assert.equal((await mallory(`${core}/pods/web/log`)).code, 404, 'a log is a read');
    await grant({ ...pods, verbs: ['get', 'create'] });
    assert.notEqual((await mallory(`${core}/pods/web/exec?command=id`)).code, 403);
  });

  describe('the server is no way to its own machine', () => {
    const endpoints = (ip: string): object => ({
      ...{ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'trap' } },
      subsets: [{ addresses: [{ ip }], ports: [{ port: 80 }] }],
    });
    const slice = (address: string): object => ({
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'trap' } },
      ...{ addressType: 'IPv4', endpoints: [{ addresses: [address] }], ports: [{ port: 80 }] },
    });
    for (const address of ['127.0.0.1', '169.254.169.254', '0.0.0.0', '224.0.0.1']) {
      it(`by endpoints at ${address}`, async () => {
        const made = [
          await admin(`${core}/endpoints`, 'POST', endpoints(address)),
          await admin('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', 'POST', slice(address)),
        ];
        for (const { code, text } of made) assert.equal(code, 422, text);
      });
    }

    it('by a pod or a node that says it is there', async () => {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'here' },
        spec: { containers: [{ name: 'c', image: 'i' }] },
      };
      await ensure(`${core}/pods`, pod);
      const path = `${core}/pods/here/status`;
      const current = (await admin(path)).json;
      const status = { ...current.status, podIP: '127.0.0.1', podIPs: [{ ip: '127.0.0.1' }] };
      await admin(path, 'PUT', { ...current, status });
      const answer = await admin(`${core}/pods/here:${cluster.server.port}/proxy/`);
      assert.deepEqual([answer.code, answer.json.message], [400, 'address not allowed']);
      await ensure('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'here' } });
      const node = (await admin('/api/v1/nodes/here')).json;
      const addresses = [{ type: 'InternalIP', address: '127.0.0.1' }];
      await admin('/api/v1/nodes/here/status', 'PUT', { ...node, status: { ...node.status, addresses } });
      assert.equal((await admin('/api/v1/nodes/here:22/proxy/')).json.message, 'address not allowed');
    });

    it('by the kubernetes service, behind which is the server itself', async () => {
      const answer = await admin(`${core}/services/https:kubernetes:443/proxy/`);
      assert.deepEqual([answer.code, answer.json.message], [503, 'no endpoints available for service "kubernetes"']);
    });
  });

  it('external addresses are taken only by whom they are given to (CVE-2020-8554)', async () => {
    await grant(everything);
    const service = (name: string): object => ({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name } },
      spec: { ports: [{ port: 80 }], externalIPs: ['192.0.2.1'] },
    });
    const limited = { apiGroups: [''], resources: ['services'], verbs: ['*'] };
    await grant(limited);
    const refused = await mallory(`${core}/services`, { method: 'POST', body: service('a') });
    assert.equal(refused.code, 403);
    assert.match(refused.json.message, /Use of external IPs is denied by admission control/);
    await grant(limited, { apiGroups: [''], resources: ['services/externalips'], verbs: ['use'] });
    assert.equal((await mallory(`${core}/services`, { method: 'POST', body: service('b') })).code, 201);
  });

  describe('small requests stay small (CVE-2019-11253)', () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'small' }, data: { a: 'x' } };
    before(() => ensure(`${core}/configmaps`, map));
    const send = (body: string, type: string, method = 'POST'): Promise<Answered> =>
      ask(`${core}/configmaps${method === 'PATCH' ? '/small' : ''}`, {
        as: 'admin',
        method,
        body,
        headers: { 'content-type': type },
      });

    it('YAML that laughs a billion times is refused', async () => {
      const laughs = ['a: &a [x,x,x,x,x,x,x,x,x]'];
      for (let i = 1; i < 10; i++) {
        const [name, before] = [i, i - 1].map(n => String.fromCharCode(97 + n));
        laughs.push(`${name}: &${name} [${Array(9).fill(`*${before}`)}]`);
      }
      const answer = await send(laughs.join('\n'), 'application/yaml');
      assert.equal(answer.code, 400);
      assert.match(answer.json.message, /excessive aliasing/);
    });

    it('so is JSON as deep as a well', async () => {
      const answer = await send(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, 'application/json');
      assert.ok([400, 413].includes(answer.code), answer.text);
    });

    it('so are patches of ten thousand operations and one, and such that double what there is', async () => {
      const many = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/data/a', value: 'x' }));
      const answer = await send(JSON.stringify(many), 'application/json-patch+json', 'PATCH');
      assert.equal(answer.code, 413);
      assert.match(answer.json.message, /The allowed maximum operations in a JSON patch is 10000, got 10001$/);
      const grow = [{ op: 'add', path: '/data/b0', value: 'x'.repeat(1000) }];
      const doubling = Array.from({ length: 40 }, (_, i) => ({ op: 'copy', from: '/data', path: `/data/c${i}` }));
      assert.equal(
        (await send(JSON.stringify([...grow, ...doubling]), 'application/json-patch+json', 'PATCH')).code,
        413,
      );
    });
  });

  it('no body changes what all objects inherit', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'proto' } };
    await ensure(`${core}/configmaps`, map);
    const patches: [string, string][] = [
      ['application/merge-patch+json', '{"data":{"__proto__":{"polluted":"1"}}}'],
      ['application/merge-patch+json', '{"__proto__":{"polluted":"1"}}'],
      ['application/merge-patch+json', '{"metadata":{"labels":{"constructor":"1","prototype":"2"}}}'],
      ['application/strategic-merge-patch+json', '{"metadata":{"annotations":{"__proto__":"1"}}}'],
      ['application/json-patch+json', '[{"op":"add","path":"/__proto__/polluted","value":"1"}]'],
      ['application/json-patch+json', '[{"op":"add","path":"/constructor/prototype/polluted","value":"1"}]'],
      ['application/json-patch+json', '[{"op":"add","path":"/metadata/labels/toString","value":"1"}]'],
    ];
    for (const [type, body] of patches) {
      const answer = await ask(`${core}/configmaps/proto`, {
        as: 'admin',
        method: 'PATCH',
        body,
        headers: { 'content-type': type },
      });
      assert.ok(answer.code < 500, answer.text);
    }
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    const { labels } = (await admin(`${core}/configmaps/proto`)).json.metadata;
    assert.deepEqual(labels, { constructor: '1', prototype: '2', toString: '1' });
  });
});

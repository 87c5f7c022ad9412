/** Prometheus' service discovery follows what our API server lists and watches: every role of it, over a restart too. */
import assert from 'node:assert/strict';
import { startTestCluster, type TestCluster } from '../../../apiserver/testing/cluster.js';
import { eventually } from '../../e2e/lab.js';
import { RawClient } from '../raw-client.js';
import { tokenOf } from './account.js';
import { type Role, roles, startVmagent, type Vmagent, vmagentProgram } from './vmagent.js';

const program = vmagentProgram();
const inDefault = (resource: string): string => `/api/v1/namespaces/default/${resource}`;
const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
const ingresses = '/apis/networking.k8s.io/v1/namespaces/default/ingresses';
/** What Prometheus' own documentation asks for. */
const rights = [
  { apiGroups: [''], resources: ['nodes', 'services', 'endpoints', 'pods'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list', 'watch'] },
];

interface Row {
  /** The collection of the object that makes the target. */
  path: string;
  object: object;
  /** A subresource write that follows the creation. */
  status?: object;
  address: string;
  labels: Record<string, string>;
}

const metadata = (name: string): object => ({ name, labels: { app: 'web' } });
const service = 'web.default.svc';
const table: Record<Role, Row> = {
  node: {
    path: '/api/v1/nodes',
    object: { metadata: metadata('far') },
    status: {
      addresses: [{ type: 'InternalIP', address: '198.51.100.7' }],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    },
    address: '198.51.100.7:10250',
    labels: { __meta_kubernetes_node_name: 'far', __meta_kubernetes_node_label_app: 'web', instance: 'far' },
  },
  service: {
    path: inDefault('services'),
    object: { metadata: metadata('web'), spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] } },
    address: `${service}:80`,
    labels: { __meta_kubernetes_service_name: 'web', __meta_kubernetes_service_port_name: 'http' },
  },
  pod: {
    path: inDefault('pods'),
    object: {
      metadata: metadata('web-1'),
      spec: { containers: [{ name: 'web', image: 'web', ports: [{ name: 'http', containerPort: 8080 }] }] },
    },
    status: { phase: 'Running', podIP: '10.244.0.9', podIPs: [{ ip: '10.244.0.9' }], hostIP: '198.51.100.7' },
    address: '10.244.0.9:8080',
    labels: { __meta_kubernetes_pod_name: 'web-1', __meta_kubernetes_pod_phase: 'Running' },
  },
  endpoints: {
    path: inDefault('endpoints'),
    object: {
      metadata: metadata('web'),
      subsets: [{ addresses: [{ ip: '10.244.0.9' }], ports: [{ name: 'http', port: 8080 }] }],
    },
    address: '10.244.0.9:8080',
    labels: { __meta_kubernetes_endpoints_name: 'web', __meta_kubernetes_endpoint_ready: 'true' },
  },
  endpointslice: {
    path: slices,
    object: {
      metadata: metadata('web-x'),
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.244.0.9'], conditions: { ready: true } }],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    },
    address: '10.244.0.9:8080',
    labels: { __meta_kubernetes_endpointslice_name: 'web-x', __meta_kubernetes_endpointslice_address_type: 'IPv4' },
  },
  ingress: {
    path: ingresses,
    object: {
      metadata: metadata('web'),
      spec: {
        rules: [
          {
            host: 'web.example.com',
            http: {
              paths: [
                { path: '/shop', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
              ],
            },
          },
        ],
      },
    },
    address: 'web.example.com',
    labels: { __meta_kubernetes_ingress_name: 'web', __meta_kubernetes_ingress_path: '/shop' },
  },
};

describe("Debian's vmagent, with kubernetes_sd_configs", function () {
  this.timeout(90_000);
  let cluster: TestCluster | undefined;
  let raw: RawClient;
  let vmagent: Vmagent | undefined;

  before(async function () {
    if (!program) {
      console.log('      skipped: no vmagent: tools/test.sh unpacks that of Debian below dist/ where it can');
      return this.skip();
    }
    cluster = await startTestCluster('lmdb');
    raw = new RawClient(cluster);
    const { host } = new URL(cluster.url);
    const token = await tokenOf(raw, 'monitoring', rights);
    // No controllers run here, and a pod needs an account.
    await raw.ask(`POST ${inDefault('serviceaccounts')}`, { metadata: { name: 'default' } });
    vmagent = await startVmagent(program, { host, caFile: cluster.pki.ca.cert, token });
  });
  after(async () => {
    await vmagent?.stop();
    raw?.close();
    await cluster?.remove();
  });

  async function create({ path, object, status }: Row): Promise<string> {
    const made = await raw.ask(`POST ${path}`, object);
    assert.equal(made.code, 201, made.text);
    const one = `${path}/${made.json.metadata.name}`;
    if (status) assert.equal((await raw.ask(`PUT ${one}/status`, { ...made.json, status })).code, 200);
    return one;
  }

  const remove = async (one: string): Promise<void> => {
    const gone = await raw.ask(`DELETE ${one}?gracePeriodSeconds=0`);
    assert.equal(gone.code, 200, gone.text);
  };

  /** Waits until the row's target is among those of a role; `there` false: until it is not. */
  function follows(role: Role, there: boolean): Promise<unknown> {
    const { address, labels } = table[role];
    const isIt = ({ discoveredLabels, labels: final }: Awaited<ReturnType<Vmagent['targets']>>[number]): boolean =>
      discoveredLabels.__address__ === address &&
      Object.entries(labels).every(([name, value]) => (discoveredLabels[name] ?? final[name]) === value);
    return eventually(
      () => (vmagent as Vmagent).targets(role),
      found => found.some(isIt) === there,
    );
  }

  for (const role of roles)
    it(`finds what role ${role} makes of an object, and loses it with the object`, async () => {
      const one = await create(table[role]);
      await follows(role, true);
      await remove(one);
      await follows(role, false);
    });

  it('goes on after a restart of the API server', async () => {
    const { port } = (cluster as TestCluster).server;
    const node = await create(table.node);
    await follows('node', true);
    await cluster?.server.stop();
    await (cluster as TestCluster).start(port);
    await create(table.service);
    await follows('service', true);
    await remove(node);
    await follows('node', false);
  });
});

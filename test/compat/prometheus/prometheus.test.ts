/** What monitors Kubernetes' API server monitors ours: Debian's prometheus scrapes it, over a restart too. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { startTestCluster, type TestCluster } from '../../../apiserver/testing/cluster.js';
import { eventually } from '../../e2e/lab.js';
import { RawClient } from '../raw-client.js';
import { type Prometheus, programOf, startPrometheus } from './prometheus.js';

const program = programOf('prometheus');
const promtool = programOf('promtool');
const accounts = '/api/v1/namespaces/default/serviceaccounts';

/** A token of an account that may do nothing but read metrics. */
async function tokenOf(raw: RawClient): Promise<string> {
  const metadata = { name: 'prometheus' };
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const rules = [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'prometheus' };
  const subjects = [{ kind: 'ServiceAccount', name: 'prometheus', namespace: 'default' }];
  await raw.ask(`POST ${accounts}`, { metadata });
  await raw.ask(`POST ${rbac}/clusterroles`, { metadata, rules });
  await raw.ask(`POST ${rbac}/clusterrolebindings`, { metadata, roleRef, subjects });
  const answer = await raw.ask(`POST ${accounts}/prometheus/token`, { spec: {} });
  assert.equal(answer.code, 201, answer.text);
  return answer.json.status.token;
}

describe("Debian's prometheus", function () {
  this.timeout(90_000);
  let cluster: TestCluster | undefined;
  let raw: RawClient;
  let prometheus: Prometheus | undefined;

  before(async function () {
    if (!program || !promtool) {
      console.log('      skipped: no prometheus: tools/test.sh unpacks that of Debian below dist/ where it can');
      return this.skip();
    }
    cluster = await startTestCluster('lmdb');
    raw = new RawClient(cluster);
    const { host } = new URL(cluster.url);
    prometheus = await startPrometheus(program, { host, caFile: cluster.pki.ca.cert, token: await tokenOf(raw) });
  });
  after(async () => {
    await prometheus?.stop();
    raw?.close();
    await cluster?.remove();
  });

  const comesTrue = (query: string): Promise<unknown> =>
    eventually(
      () => (prometheus as Prometheus).query(query),
      value => value !== undefined && value > 0,
    );

  for (const query of [
    'up{job="apiserver"}',
    'sum(apiserver_request_total{verb="POST",resource="clusterroles",code="201",component="apiserver"})',
    'sum(apiserver_request_duration_seconds_bucket{verb="POST",scope="resource",subresource="token",le="60"})',
    'apiserver_storage_objects{resource="serviceaccounts"}',
    'sum(etcd_request_duration_seconds_count{operation="create"})',
    'process_start_time_seconds and process_resident_memory_bytes and process_open_fds',
  ])
    it(`scrapes, and answers ${query}`, () => comesTrue(query));

  it('scrapes again after a restart of the API server', async () => {
    const began = await prometheus?.query('process_start_time_seconds');
    const { port } = (cluster as TestCluster).server;
    await cluster?.server.stop();
    await comesTrue('up{job="apiserver"} == bool 0');
    await (cluster as TestCluster).start(port);
    await comesTrue('up{job="apiserver"}');
    assert.equal(await prometheus?.query('process_start_time_seconds'), began, 'it is the process of this test');
  });

  it('has a tool that finds no fault in the names', async () => {
    const { text } = await raw.ask('GET /metrics');
    const said = execFileSync(promtool as string, ['check', 'metrics'], { input: text, encoding: 'utf8' });
    assert.equal(said, '');
  });
});

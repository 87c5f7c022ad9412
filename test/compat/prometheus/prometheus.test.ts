/** What monitors Kubernetes' API server monitors ours: Debian's prometheus finds and scrapes it, over a restart too. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { startTestCluster, type TestCluster } from '../../../apiserver/testing/cluster.js';
import { eventually } from '../../e2e/lab.js';
import { RawClient } from '../raw-client.js';
import { tokenOf } from './account.js';
import { type Prometheus, prometheusProgram, rights, startPrometheus } from './prometheus.js';

const program = prometheusProgram('prometheus');
const promtool = prometheusProgram('promtool');

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
    const token = await tokenOf(raw, 'prometheus', rights);
    prometheus = await startPrometheus(program, { host, caFile: cluster.pki.ca.cert, token });
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
    'sum(apiserver_request_duration_seconds_bucket{verb="POST",scope="resource",subresource="token",le="60.0"})',
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

/** A node's certificates are rotated by way of the API, and used by clients that run. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Clock, systemClock } from '../../api/clock.js';
import { ensureNodePki } from '../../apiserver/pki/index.js';
import { pkiPaths } from '../../apiserver/pki/paths.js';
import { startTestCluster, type TestCluster } from '../../apiserver/testing/cluster.js';
import { layoutOf } from '../../cli/cluster/layout.js';
import { objectsForJoining } from '../../cli/nodes/cluster-facts.js';
import { rotateCredentials } from '../../cli/nodes/rotation.js';
import { followKubeconfig } from '../../client/kubeconfig/follow.js';
import { loadKubeconfig } from '../../client/kubeconfig.js';
import { nodes } from '../../client/resources.js';
import { connect } from '../../client/rest/index.js';
import { silentLog } from '../../client/testing/log.js';
import { startControllers } from '../../controllers/main.js';

const nodeName = 'n1';
const dayMs = 86_400_000;
const log = pino({ level: 'silent' });

/** As `token create` does. */
async function allowJoining(path: string): Promise<void> {
  const admin = connect(loadKubeconfig({ path }));
  for (const object of objectsForJoining({ serviceCidr: '10.96.0.0/16', clusterCidr: '10.244.0.0/16' })) {
    const [group = '', version = ''] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', 'v1'];
    const { kind, metadata } = object;
    const namespaced = metadata.namespace !== undefined;
    await admin.create({ group, version, plural: `${kind.toLowerCase()}s`, kind, namespaced }, object);
  }
  await admin.close();
}

describe("a node's certificates", function () {
  this.timeout(60_000);
  let cluster: TestCluster;
  let dataDir: string;
  let controllers: { stop(): Promise<void> };

  before(async () => {
    cluster = await startTestCluster();
    dataDir = mkdtempSync(join(tmpdir(), 'orrery-rotation-'));
    const now = Date.now();
    const addresses = ['127.0.0.1'];
    await ensureNodePki({ clusterDir: cluster.dataDir, dataDir, nodeName, addresses, server: cluster.url, now });
    const { ca, kubeconfig } = cluster.pki;
    await allowJoining(kubeconfig.admin);
    controllers = await startControllers({
      kubeconfig: kubeconfig.admin,
      identity: 'test',
      clusterSigningCertFile: ca.cert,
      clusterSigningKeyFile: ca.key,
      log,
      clock: systemClock,
    });
  });
  after(async () => {
    await controllers?.stop();
    await cluster?.remove();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('are exchanged when most of their life is over, and a client that runs shows the new one', async () => {
    const paths = pkiPaths(dataDir);
    let later = 0;
    const client = connect(followKubeconfig(paths.kubeconfig.kubelet, () => Date.now() + later));
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName } };
    await client.create(nodes, node);
    const before = [paths.kubelet.cert, paths.kubelet.key, paths.kubeconfig.kubelet].map(file =>
      readFileSync(file, 'utf8'),
    );
    const clock: Clock = { now: () => Date.now() + 300 * dayMs, sleep: systemClock.sleep };
    const stopping = new AbortController();
    const options = {
      layout: layoutOf(dataDir),
      nodeName,
      clock,
      chance: 0.5,
      log: silentLog,
      signal: stopping.signal,
    };
    const rotating = rotateCredentials(options);
    const now = (): string[] =>
      [paths.kubelet.cert, paths.kubelet.key, paths.kubeconfig.kubelet].map(file => readFileSync(file, 'utf8'));
    while (now().some((text, i) => text === before[i])) await systemClock.sleep(50);
    stopping.abort();
    await rotating;
    const serving = new X509Certificate(now()[0] as string);
    assert.equal(serving.subject, 'O=system:nodes\nCN=system:node:n1');
    assert.ok(serving.checkHost(nodeName));
    later = 61_000;
    assert.equal((await client.get(nodes, { name: nodeName })).metadata.name, nodeName);
    await client.close();
  });
});

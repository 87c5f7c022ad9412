/** A cluster of hollow nodes, as a user starts one: real processes, no root, no containers. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodeAddress } from '../../cli/cluster/address.js';
import { root } from '../../tools/sources.js';

const execute = promisify(execFile);

const freePort = (): Promise<number> =>
  new Promise(resolve => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

describe('a cluster of hollow nodes', function () {
  this.timeout(240_000);
  let folder: string;
  const orrery = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, HOME: folder, KUBECONFIG: join(folder, 'config') };
    const { stdout } = await execute(process.execPath, [`${root}/dist/cli/main.js`, ...args], { env });
    return stdout;
  };
  const apply = async (...objects: object[]): Promise<void> => {
    const file = join(folder, 'objects.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await orrery('apply', '-f', file);
  };
  const requests = (cpu: string) => ({ resources: { requests: { cpu } } });
  const pod = (name: string, cpu: string, spec: object = {}): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      containers: [{ name: 'c', image: 'nothing:1', ...requests(cpu) }],
      terminationGracePeriodSeconds: 1,
      ...spec,
    },
  });

  before(async function () {
    if (nodeAddress(networkInterfaces()) === undefined) {
      console.log('      skipped: the machine has no network address');
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'orrery-hollow-'));
    const script = join(folder, 'life.yaml');
    writeFileSync(script, 'cpus: 4\nzones: 2\nstart: [0ms, 100ms]\n');
    const port = String(await freePort());
    const places = ['--data-dir', join(folder, 'cluster'), '--port', port, '--datastore', 'memory'];
    await orrery('up', '--hollow', '10', '--hollow-script', script, ...places);
  });
  after(async () => {
    if (folder === undefined) return;
    await orrery('reset', '--data-dir', join(folder, 'cluster'));
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs pods, and lets them go', async () => {
    const template = {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'nothing:1' }] },
    };
    const metadata = { name: 'web' };
    await apply({ apiVersion: 'v1', kind: 'ReplicationController', metadata, spec: { replicas: 30, template } });
    await orrery('wait', 'rc/web', '--for=jsonpath={.status.readyReplicas}=30', '--timeout=90s');
    const nodes = (await orrery('get', 'pods', '-o', 'jsonpath={.items[*].spec.nodeName}')).split(' ');
    assert.equal(new Set(nodes).size, 10, 'they are spread over all nodes');
    await orrery('delete', 'rc/web');
    await orrery('wait', 'pods', '-l', 'app=web', '--for=delete', '--timeout=90s');
  });

  it('says why a pod is pending, node by node and predicate by predicate', async () => {
    const nodeSelector = { 'topology.kubernetes.io/zone': 'zone-1' };
    await apply(pod('huge', '9', { nodeSelector }));
    await orrery('wait', 'pod/huge', '--for=condition=PodScheduled=false', '--timeout=60s');
    for (const end = Date.now() + 60_000; ; ) {
      const told = await orrery('why', 'huge');
      if (told.includes('PREDICATE')) {
        assert.match(told, /^hollow-0 +NodeAffinity +node\(s\) didn't match Pod's node affinity\/selector$/m);
        assert.match(told, /^hollow-0 +NodeResourcesFit +Insufficient cpu$/m);
        assert.match(told, /^hollow-9 +NodeResourcesFit +Insufficient cpu$/m);
        assert.match(await orrery('describe', 'pod', 'huge'), /^Scheduling \(attempt \d+, /m);
        return;
      }
      assert.ok(Date.now() < end, `no attempt is told: ${told}`);
    }
  });

  it('makes room for what matters more', async () => {
    const nodeName = 'hollow-3';
    const kubernetesHostname = { 'kubernetes.io/hostname': nodeName };
    await apply({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000 });
    await apply(pod('low', '4', { nodeSelector: kubernetesHostname }));
    await orrery('wait', 'pod/low', '--for=condition=Ready', '--timeout=60s');
    await apply(pod('high', '4', { nodeSelector: kubernetesHostname, priorityClassName: 'high' }));
    await orrery('wait', 'pod/high', '--for=condition=Ready', '--timeout=90s');
    await orrery('wait', 'pod/low', '--for=delete', '--timeout=60s');
    assert.equal(await orrery('get', 'pod', 'high', '-o', 'jsonpath={.spec.nodeName}'), nodeName);
  });
});

/** Whatever of a cluster hangs, whoever sees it kills it, and the cluster goes on: as the kubelet does with static pods. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { layoutOf } from '../../cli/cluster/layout.js';
import { keptProcess } from '../../cli/cluster/processes.js';
import { adminClient } from '../../cli/cluster/readiness.js';
import type { Client } from '../../client/client.js';
import { pods, serviceAccounts } from '../../client/resources.js';
import { root } from '../../tools/sources.js';
import { eventually } from './lab.js';
import { whereEtcdRuns } from './machine.js';
import { freePorts } from './ports.js';

const execute = promisify(execFile);
const patienceMs = 180_000;
const namespace = 'default';

describe('a process that hangs', function () {
  this.timeout(300_000);
  let folder: string;
  let dataDir: string;
  let client: Client;
  const orrery = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, HOME: folder, KUBECONFIG: join(folder, 'config') };
    const words = [`${root}/dist/cli/main.js`, ...args, '--data-dir', dataDir];
    return (await execute(process.execPath, words, { env })).stdout;
  };
  const childOf = (name: string): number | undefined => keptProcess(layoutOf(dataDir), name)?.child;

  whereEtcdRuns('a process that hangs');
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'orrery-hung-'));
    dataDir = join(folder, 'cluster');
    const port = await freePorts(4);
    const ports = ['--port', String(port), '--etcd-port', String(port + 2)];
    const probe = ['--liveness-probe', 'periodSeconds=1,timeoutSeconds=5,failureThreshold=3'];
    await orrery('up', '--hollow', '1', '--datastore', 'etcd', ...ports, ...probe);
    client = adminClient(dataDir);
  });
  after(async () => {
    if (folder === undefined) return;
    await client?.close();
    await orrery('reset');
    rmSync(folder, { recursive: true, force: true });
  });

  /** All of the cluster has a part in it: made, scheduled, run by the node. */
  const runsPod = async (name: string): Promise<void> => {
    await eventually(
      () => client.get(serviceAccounts, { namespace, name: 'default' }).catch(() => undefined),
      found => found !== undefined,
      patienceMs,
    );
    const spec = { containers: [{ name: 'c', image: 'nothing:1' }] };
    await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec });
    await eventually(
      () => client.get(pods, { namespace, name }),
      ({ status }) => status?.phase === 'Running',
      patienceMs,
    );
  };

  for (const name of ['hollow', 'controllers', 'apiserver', 'etcd'])
    it(`is killed and lives anew: ${name}`, async () => {
      await runsPod(`before-${name}`);
      const pid = childOf(name);
      assert.ok(pid, `${name} runs`);
      process.kill(pid, 'SIGSTOP');
      await eventually(
        async () => childOf(name),
        child => child !== undefined && child !== pid,
        patienceMs,
      );
      await runsPod(`after-${name}`);
    });
});

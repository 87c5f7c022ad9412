/** A whole cluster of hollow nodes: how long a large replication controller takes to run, and to be gone. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../api/clock.js';
import type { ReplicationController } from '../api/types.js';
import { adminClient } from '../cli/cluster/readiness.js';
import type { Client } from '../client/client.js';
import { pods, replicationControllers } from '../client/resources.js';
import { root } from '../tools/sources.js';
import { freePort } from './api/subject.js';
import type { Figure } from './figure.js';

const execute = promisify(execFile);
const size = { nodes: 1000, replicas: 10_000 };
const patienceMs = 600_000;

const big = (replicas: number): ReplicationController => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'big', namespace: 'default' },
  spec: {
    replicas,
    template: {
      metadata: { labels: { app: 'big' } },
      spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'nothing:1' }] },
    },
  },
});

export interface HollowFigures {
  readySeconds: number;
  runningSeconds: number;
  goneSeconds: number;
}

/** On a cluster of its own, in processes of their own; nothing of it stays. */
export async function measureHollow(): Promise<HollowFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-bench-hollow-'));
  const dataDir = join(folder, 'cluster');
  const env = { ...process.env, HOME: folder, KUBECONFIG: join(folder, 'config') };
  const orrery = (...args: string[]) =>
    execute(process.execPath, [`${root}/dist/cli/main.js`, ...args, '--data-dir', dataDir], { env });
  try {
    const readySeconds = await seconds(async () => {
      await orrery('up', '--hollow', String(size.nodes), '--port', String(await freePort()));
    });
    const client = adminClient(dataDir);
    const runningSeconds = await seconds(async () => {
      await client.create(replicationControllers, big(size.replicas));
      await until(async () => (await readyOf(client)) === size.replicas);
    });
    const goneSeconds = await seconds(async () => {
      await client.delete(
        replicationControllers,
        { namespace: 'default', name: 'big' },
        { propagationPolicy: 'Background' },
      );
      await until(async () => (await client.list(pods, { namespace: 'default', limit: 1 })).items.length === 0);
    });
    await client.close();
    return { readySeconds, runningSeconds, goneSeconds };
  } finally {
    await orrery('reset');
    rmSync(folder, { recursive: true, force: true });
  }
}

const readyOf = async (client: Client): Promise<number> =>
  (await client.get(replicationControllers, { namespace: 'default', name: 'big' })).status?.readyReplicas ?? 0;

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + patienceMs; !(await isSo()); await systemClock.sleep(250)) {
    if (performance.now() > end) throw new Error(`it was not so within ${patienceMs / 1000} s`);
  }
}

export const hollowFigures = (measured: readonly HollowFigures[]): Figure[] => [
  { what: '1,000 hollow nodes are Ready', unit: 's', values: measured.map(one => one.readySeconds) },
  { what: '10,000 replicas run on them', unit: 's', values: measured.map(one => one.runningSeconds), goal: 60 },
  { what: '10,000 replicas are gone', unit: 's', values: measured.map(one => one.goneSeconds), goal: 90 },
];

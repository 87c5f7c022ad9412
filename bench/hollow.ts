/**
 * A whole cluster of hollow nodes: how long a large replication controller takes to run, and to be gone. What one pod costs all
 * processes together is told for few pods and for many: it is not to grow with them, whoever else uses the machine.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../api/clock.js';
import type { ReplicationController } from '../api/types.js';
import { layoutOf } from '../cli/cluster/layout.js';
import { keptProcess, runningIn } from '../cli/cluster/processes.js';
import { adminClient } from '../cli/cluster/readiness.js';
import type { Client } from '../client/client.js';
import { pods, replicationControllers } from '../client/resources.js';
import { root } from '../tools/sources.js';
import { cpuMs, freePort } from './api/subject.js';
import type { Figure } from './figure.js';

const execute = promisify(execFile);
const nodes = 1000;
/** The first and the last are compared; goals are set for the one between. */
const sizes = { few: 2000, middle: 10_000, many: 20_000 };
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

interface Life {
  replicas: number;
  runningSeconds: number;
  /** Of all processes, for each pod, until it ran. */
  micros: number;
  goneSeconds: number;
}

export interface HollowFigures {
  readySeconds: number;
  lives: Record<keyof typeof sizes, Life>;
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
      await orrery('up', '--hollow', String(nodes), '--port', String(await freePort()));
    });
    const client = adminClient(dataDir);
    const live = (replicas: number): Promise<Life> => liveOnce(client, replicas, () => clusterCpuMs(dataDir));
    // The one between comes first: what is compared is measured on a cluster that is warm.
    const middle = await live(sizes.middle);
    const lives = { middle, few: await live(sizes.few), many: await live(sizes.many) };
    await client.close();
    return { readySeconds, lives };
  } finally {
    await orrery('reset');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function liveOnce(client: Client, replicas: number, cpu: () => number): Promise<Life> {
  const before = cpu();
  const runningSeconds = await seconds(async () => {
    await client.create(replicationControllers, big(replicas));
    await until(async () => (await readyOf(client)) === replicas);
  });
  const micros = (1000 * (cpu() - before)) / replicas;
  const goneSeconds = await seconds(async () => {
    await client.delete(
      replicationControllers,
      { namespace: 'default', name: 'big' },
      { propagationPolicy: 'Background' },
    );
    await until(async () => (await client.list(pods, { namespace: 'default', limit: 1 })).items.length === 0);
  });
  return { replicas, runningSeconds, micros, goneSeconds };
}

function clusterCpuMs(dataDir: string): number {
  const layout = layoutOf(dataDir);
  const pids = runningIn(layout).flatMap(name => keptProcess(layout, name)?.child ?? []);
  return pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
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

export function hollowFigures(measured: readonly HollowFigures[]): Figure[] {
  const lives = (size: keyof typeof sizes): Life[] => measured.map(one => one.lives[size]);
  const middle = lives('middle');
  return [
    { what: '1,000 hollow nodes are Ready', unit: 's', values: measured.map(one => one.readySeconds) },
    { what: '10,000 replicas run on them', unit: 's', values: middle.map(one => one.runningSeconds), goal: 60 },
    { what: '10,000 replicas are gone', unit: 's', values: middle.map(one => one.goneSeconds), goal: 90 },
    pace('2,000 replicas come to run', lives('few')),
    pace('20,000 (goal: at most 1.5 times the CPU)', lives('many')),
  ];
}

const pace = (what: string, lives: readonly Life[]): Figure => ({
  what,
  unit: '/s',
  values: lives.map(({ replicas, runningSeconds }) => replicas / runningSeconds),
  micros: lives.map(({ micros }) => micros),
});

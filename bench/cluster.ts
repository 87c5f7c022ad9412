/** The figures of a whole cluster: its start, its pods, its healing, its size. */
import { readFileSync } from 'node:fs';
import { systemClock } from '../api/clock.js';
import { layoutOf } from '../cli/cluster/layout.js';
import { keptProcess, processSpecs, residentBytes } from '../cli/cluster/processes.js';
import { containerdPaths } from '../kubelet/containerd/start.js';
import type { Lab } from '../test/e2e/lab.js';
import { root } from '../tools/sources.js';
import type { Figure } from './figure.js';

export interface ClusterFigures {
  readySeconds: number;
  tenPodsSeconds: number;
  replacementSeconds: number[];
  idleMegabytes: number;
  /** The calls of the runtime alone that make as many pods. */
  bareSeconds: number;
  sixtyPodsSeconds: number;
  /** Of the process of kubelet and proxy, with fifty pods that do nothing. */
  nodeMegabytes: number;
  nodeCorePercent: number;
}

/** From an empty folder: nothing of the cluster exists before. */
export async function measureCluster(lab: Lab): Promise<ClusterFigures> {
  const began = performance.now();
  await lab.orrery('up', '--data-dir', lab.dataDir, '--node-name', 'lab');
  const readySeconds = (performance.now() - began) / 1000;
  const pods = await measured<'tenPodsSeconds' | 'replacementSeconds'>(lab, 'pods');
  await systemClock.sleep(settleMs);
  const idleMegabytes = residentMegabytes(lab);
  const { socket } = containerdPaths(layoutOf(lab.dataDir).node);
  const many = await measured<'bareSeconds' | 'sixtyPodsSeconds'>(lab, 'many-pods', socket);
  return { readySeconds, ...pods, idleMegabytes, ...many, ...(await nodeAtRest(lab)) };
}

const settleMs = 15_000;
const watchedMs = 30_000;

/** What a script prints that runs inside the lab's network. */
async function measured<K extends keyof ClusterFigures>(
  lab: Lab,
  script: string,
  ...args: string[]
): Promise<Pick<ClusterFigures, K>> {
  const { stdout, stderr, code } = await lab.run(process.execPath, [`${root}/dist/bench/${script}.js`, ...args], {
    timeoutMs: 300_000,
  });
  if (code !== 0) throw new Error(`measuring ${script} failed: ${stderr}`);
  return JSON.parse(stdout) as Pick<ClusterFigures, K>;
}

async function nodeAtRest(lab: Lab): Promise<Pick<ClusterFigures, 'nodeMegabytes' | 'nodeCorePercent'>> {
  const pid = keptProcess(layoutOf(lab.dataDir), 'node')?.child;
  if (pid === undefined) throw new Error('the process of kubelet and proxy does not run');
  await systemClock.sleep(settleMs);
  const [before, began] = [processorMs(pid), performance.now()];
  await systemClock.sleep(watchedMs);
  const nodeCorePercent = (100 * (processorMs(pid) - before)) / (performance.now() - began);
  return { nodeMegabytes: (residentBytes(pid) ?? 0) / 1e6, nodeCorePercent };
}

/** User's and system's time so far; the kernel tells it in hundredths of a second. */
function processorMs(pid: number): number {
  // The program's name is in brackets, and may have spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The resident memory of the three processes and of the shells that keep them; not containerd, as upstream's figure. */
function residentMegabytes(lab: Lab): number {
  const layout = layoutOf(lab.dataDir);
  const pids = processSpecs.flatMap(spec => {
    const kept = keptProcess(layout, spec.name);
    return kept ? [kept.keeper, ...(kept.child ? [kept.child] : [])] : [];
  });
  return pids.reduce((sum, pid) => sum + (residentBytes(pid) ?? 0), 0) / 1e6;
}

export const clusterFigures = (measured: readonly ClusterFigures[]): Figure[] => [
  {
    what: 'from nothing to a Ready node',
    unit: 's',
    values: measured.map(c => c.readySeconds),
    upstream: 19.5,
    goal: 4,
  },
  { what: 'apply to ten ready pods', unit: 's', values: measured.map(c => c.tenPodsSeconds), upstream: 6.6, goal: 2 },
  {
    what: 'killed pod to ready replacement',
    unit: 's',
    values: measured.flatMap(c => c.replacementSeconds),
    upstream: 0.9,
    goal: 0.7,
  },
  {
    what: 'sixty ready pods',
    unit: 's',
    values: measured.map(c => c.sixtyPodsSeconds),
    upstream: 35,
    goal: 12,
    beside: measured.map(c => c.bareSeconds),
    goalShare: 130,
  },
  {
    what: 'kubelet and proxy, fifty idle pods',
    unit: '% of a core',
    values: measured.map(c => c.nodeCorePercent),
    goal: 2,
  },
  { what: 'their memory', unit: 'MB', values: measured.map(c => c.nodeMegabytes), goal: 130 },
  {
    what: 'memory of all processes, idle',
    unit: 'MB',
    values: measured.map(c => c.idleMegabytes),
    upstream: 720,
    goal: 300,
  },
];

/** The figures of a whole cluster: its start, its pods, its healing, its size. */
import { systemClock } from '../api/clock.js';
import { layoutOf } from '../cli/cluster/layout.js';
import { keptProcess, processSpecs, residentBytes } from '../cli/cluster/processes.js';
import type { Lab } from '../test/e2e/lab.js';
import { root } from '../tools/sources.js';
import type { Figure } from './figure.js';

export interface ClusterFigures {
  readySeconds: number;
  tenPodsSeconds: number;
  replacementSeconds: number[];
  idleMegabytes: number;
}

/** From an empty folder: nothing of the cluster exists before. */
export async function measureCluster(lab: Lab): Promise<ClusterFigures> {
  const began = performance.now();
  await lab.orrery('up', '--data-dir', lab.dataDir, '--node-name', 'lab');
  const readySeconds = (performance.now() - began) / 1000;
  const { stdout, stderr, code } = await lab.run(process.execPath, [`${root}/dist/bench/pods.js`]);
  if (code !== 0) throw new Error(`measuring pods failed: ${stderr}`);
  const pods = JSON.parse(stdout) as Pick<ClusterFigures, 'tenPodsSeconds' | 'replacementSeconds'>;
  await systemClock.sleep(15_000);
  return { readySeconds, ...pods, idleMegabytes: residentMegabytes(lab) };
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
    what: 'memory of all processes, idle',
    unit: 'MB',
    values: measured.map(c => c.idleMegabytes),
    upstream: 720,
    goal: 300,
  },
];

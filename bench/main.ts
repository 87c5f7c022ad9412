/**
 * `npm run bench`: what the issue promises, measured on this machine now. Each figure is a median with its spread, since
 * machines are shared and noisy; the API server's stand beside a bare node:https handler measured in the same minute.
 */
import { cannotRunNode, openLab } from '../test/e2e/lab.js';
import { type ApiFigures, measureApi } from './api.js';
import { type ClusterFigures, measureCluster } from './cluster.js';
import { type Figure, line } from './figure.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

const figures = (cluster: ClusterFigures[], api: ApiFigures): Figure[] => [
  {
    what: 'from nothing to a Ready node',
    unit: 's',
    values: cluster.map(c => c.readySeconds),
    upstream: 19.5,
    goal: 4,
  },
  { what: 'apply to ten ready pods', unit: 's', values: cluster.map(c => c.tenPodsSeconds), upstream: 6.6, goal: 2 },
  {
    what: 'killed pod to ready replacement',
    unit: 's',
    values: cluster.flatMap(c => c.replacementSeconds),
    upstream: 0.9,
    goal: 0.7,
  },
  {
    what: 'memory of all processes, idle',
    unit: 'MB',
    values: cluster.map(c => c.idleMegabytes),
    upstream: 720,
    goal: 300,
  },
  { what: 'bare node:https handler, GET 2.5 KB', unit: '/s', values: api.bare },
  { what: 'GET a pod, 16 connections', unit: '/s', values: api.getPod, upstream: 2990, beside: api.bare },
  { what: 'LIST with limit=500, 2 connections', unit: '/s', values: api.listPage, upstream: 44 },
  {
    what: 'create ConfigMap (1 KB), 16 connections',
    unit: '/s',
    values: api.createConfigMap,
    upstream: 838,
    beside: api.bare,
  },
];

const reason = cannotRunNode();
if (reason) {
  console.error(`the bench needs a machine that can run a node: ${reason}`);
  process.exit(1);
}
const cluster: ClusterFigures[] = [];
let api: ApiFigures | undefined;
for (let round = 1; round <= rounds; round += 1) {
  console.error(`round ${round} of ${rounds}`);
  const lab = openLab();
  try {
    cluster.push(await measureCluster(lab));
    if (round === rounds) api = await measureApi(lab);
  } finally {
    await lab.close();
  }
}
if (api) for (const figure of figures(cluster, api)) console.log(line(figure));

/** What was measured, beside what was promised and what Kubernetes' API server (1.20, over etcd) does on two cores. */
import type { Figure } from '../figure.js';
import type { Samples } from './measure.js';

interface Row {
  /** Its name in the samples. */
  key: string;
  what: string;
  unit?: Figure['unit'];
  upstream?: number;
  goal?: number;
  /** The bare measure it is a share of. */
  beside?: string;
  goalShare?: number;
}

const rows: readonly Row[] = [
  { key: 'bare write 1', what: 'bare durable lmdb write, 1 writer' },
  { key: 'bare write 16', what: 'bare durable lmdb write, 16 writers' },
  { key: 'bare write 64', what: 'bare durable lmdb write, 64 writers' },
  { key: 'create ConfigMap 1', what: 'create ConfigMap (1 KB), 1 connection', upstream: 678, goal: 1200 },
  { key: 'create ConfigMap 16', what: 'create ConfigMap, 16 connections', upstream: 838, goal: 3500 },
  { key: 'create ConfigMap 64', what: 'create ConfigMap, 64 connections', upstream: 962, goal: 4500 },
  { key: 'create ConfigMap h2', what: 'create ConfigMap, HTTP/2, 4 x 4 streams' },
  { key: 'create Pod 16', what: 'create Pod, 16 connections', upstream: 451, goal: 2000 },
  { key: 'bare GET', what: 'bare node:https handler, the pod' },
  {
    key: 'GET pod',
    what: 'GET a pod, 16 connections',
    upstream: 2990,
    goal: 10_000,
    beside: 'bare GET',
    goalShare: 56,
  },
  { key: 'bare GET h2', what: 'bare node:http2 handler, 4 x 4 streams' },
  { key: 'GET pod h2', what: 'GET a pod, HTTP/2, 4 x 4 streams', beside: 'bare GET h2' },
  { key: 'bare LIST', what: 'bare node:https handler, the list' },
  { key: 'LIST', what: 'LIST 4,500 pods, 2 connections', upstream: 9.4, goal: 35, beside: 'bare LIST', goalShare: 71 },
  { key: 'LIST 500', what: 'LIST with limit=500, 2 connections', upstream: 44, goal: 250 },
  { key: 'watch 100', what: 'events to 100 watchers of all pods', upstream: 20_000, goal: 100_000 },
  { key: 'watch 500', what: 'events to 500 watchers of all pods', upstream: 26_000, goal: 150_000 },
  { key: 'memory', what: 'memory after that (25,000 objects)', unit: 'MB', upstream: 740, goal: 350 },
  { key: 'start', what: 'start to /readyz with that data', unit: 's', upstream: 4.3, goal: 1 },
];

/** `promised`: with the goals beside them, which are those of the embedded store. */
export const figuresOf = (samples: Samples, promised: boolean): Figure[] =>
  rows
    .filter(({ key }) => samples.has(key))
    .map(({ key, what, unit = '/s', upstream, goal, beside, goalShare }) => {
      const taken = samples.get(key) ?? [];
      return {
        what,
        unit,
        values: taken.map(({ value }) => value),
        micros: taken.flatMap(({ micros }) => (micros === undefined ? [] : [micros])),
        beside: beside === undefined ? undefined : samples.get(beside)?.map(({ value }) => value),
        ...(promised ? { upstream, goal, goalShare } : {}),
      };
    });

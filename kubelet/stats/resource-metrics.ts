/** /metrics/resource: what a metrics server asks every node for, from the same figures as the summary. Pure. */
import { type Described, exposition, type Sample } from './exposition.js';
import type { CpuStats, MemoryStats, Summary } from './summary-types.js';

/** Kubernetes' names and helps. */
const described = {
  container_cpu_usage_seconds_total: ['counter', 'Cumulative cpu time consumed by the container in core-seconds'],
  container_memory_working_set_bytes: ['gauge', 'Current working set of the container in bytes'],
  container_start_time_seconds: ['gauge', 'Start time of the container since unix epoch in seconds'],
  node_cpu_usage_seconds_total: ['counter', 'Cumulative cpu time consumed by the node in core-seconds'],
  node_memory_working_set_bytes: ['gauge', 'Current working set of the node in bytes'],
  pod_cpu_usage_seconds_total: ['counter', 'Cumulative cpu time consumed by the pod in core-seconds'],
  pod_memory_working_set_bytes: ['gauge', 'Current working set of the pod in bytes'],
  resource_scrape_error: ['gauge', '1 if there was an error while getting container metrics, 0 otherwise'],
} as const satisfies Described;

type Name = keyof typeof described;

const seconds = (cpu: CpuStats | undefined): number | undefined => cpu && cpu.usageCoreNanoSeconds / 1e9;
const workingSet = (memory: MemoryStats | undefined): number | undefined => memory?.workingSetBytes;

/** Undefined stands for a look that failed: then only that is told. */
export function resourceSamples(summary: Summary | undefined): [Name, Sample[]][] {
  if (!summary) return [['resource_scrape_error', [[{}, 1]]]];
  const pods = summary.pods.map(pod => ({ pod, labels: { namespace: pod.podRef.namespace, pod: pod.podRef.name } }));
  const containers = pods.flatMap(({ pod, labels }) =>
    pod.containers.map(c => ({ c, labels: { container: c.name, ...labels } })),
  );
  return [
    ['container_cpu_usage_seconds_total', containers.map(({ c, labels }) => [labels, seconds(c.cpu)])],
    ['container_memory_working_set_bytes', containers.map(({ c, labels }) => [labels, workingSet(c.memory)])],
    ['container_start_time_seconds', containers.map(({ c, labels }) => [labels, Date.parse(c.startTime) / 1000])],
    ['node_cpu_usage_seconds_total', [[{}, seconds(summary.node.cpu)]]],
    ['node_memory_working_set_bytes', [[{}, workingSet(summary.node.memory)]]],
    ['pod_cpu_usage_seconds_total', pods.map(({ pod, labels }) => [labels, seconds(pod.cpu)])],
    ['pod_memory_working_set_bytes', pods.map(({ pod, labels }) => [labels, workingSet(pod.memory)])],
    ['resource_scrape_error', [[{}, 0]]],
  ];
}

/** In the text format of Prometheus. */
export const resourceMetrics = (summary: Summary | undefined): Promise<string> =>
  exposition(described, resourceSamples(summary));

/**
 * /metrics/cadvisor: what each control group uses, with the names and labels of cAdvisor, which Kubernetes' kubelet has
 * inside; dashboards ask for them. Only what this kubelet measures is there. Pure.
 */
import type { Machine } from '../node/machine.js';
import { type Described, exposition, type Labels, type Sample } from './exposition.js';
import type { InterfaceCounts, Usage } from './usage.js';

/** A control group: the machine's ('/'), a pod's, or a container's. */
export interface Group {
  id: string;
  /** Empty for what is no container. */
  container: string;
  /** Of a container: its image, and its id in the runtime. */
  image: string;
  name: string;
  namespace: string;
  pod: string;
  /** Undefined when it has ended meanwhile. */
  usage: Usage | undefined;
  /** Milliseconds since 1970. */
  startedAt?: number;
  /** Bytes of its writable layer. */
  layerBytes?: number;
  /** Of a sandbox: its pod's network. */
  interfaces?: readonly InterfaceCounts[];
}

const described = {
  container_cpu_usage_seconds_total: ['counter', 'Cumulative cpu time consumed in seconds.'],
  container_fs_usage_bytes: ['gauge', 'Number of bytes that are consumed by the container on this filesystem.'],
  container_last_seen: ['gauge', 'Last time a container was seen by the exporter'],
  container_memory_rss: ['gauge', 'Size of RSS in bytes.'],
  container_memory_usage_bytes: [
    'gauge',
    'Current memory usage in bytes, including all memory regardless of when it was accessed',
  ],
  container_memory_working_set_bytes: ['gauge', 'Current working set in bytes.'],
  container_network_receive_bytes_total: ['counter', 'Cumulative count of bytes received'],
  container_network_receive_errors_total: ['counter', 'Cumulative count of errors encountered while receiving'],
  container_network_receive_packets_dropped_total: ['counter', 'Cumulative count of packets dropped while receiving'],
  container_network_receive_packets_total: ['counter', 'Cumulative count of packets received'],
  container_network_transmit_bytes_total: ['counter', 'Cumulative count of bytes transmitted'],
  container_network_transmit_errors_total: ['counter', 'Cumulative count of errors encountered while transmitting'],
  container_network_transmit_packets_dropped_total: [
    'counter',
    'Cumulative count of packets dropped while transmitting',
  ],
  container_network_transmit_packets_total: ['counter', 'Cumulative count of packets transmitted'],
  container_processes: ['gauge', 'Number of processes running inside the container.'],
  container_scrape_error: ['gauge', '1 if there was an error while getting container metrics, 0 otherwise'],
  container_spec_memory_limit_bytes: ['gauge', 'Memory limit for the container.'],
  container_start_time_seconds: ['gauge', 'Start time of the container since unix epoch in seconds.'],
  machine_cpu_cores: ['gauge', 'Number of logical CPU cores.'],
  machine_memory_bytes: ['gauge', 'Amount of memory installed on the machine.'],
} as const satisfies Described;

type Name = keyof typeof described;

const labelsOf = ({ container, id, image, name, namespace, pod }: Group): Labels => ({
  ...{ container, id, image, name, namespace, pod },
});

type Measure = (usage: Usage) => number;

const ofUsage: [Name, Measure][] = [
  ['container_memory_rss', u => u.rssBytes],
  ['container_memory_usage_bytes', u => u.memoryBytes],
  ['container_memory_working_set_bytes', u => u.workingSetBytes],
  ['container_processes', u => u.processes],
  // cAdvisor writes no limit as 0.
  ['container_spec_memory_limit_bytes', u => u.memoryLimitBytes ?? 0],
];

const ofInterfaces: [Name, keyof Omit<InterfaceCounts, 'name'>][] = [
  ['container_network_receive_bytes_total', 'rxBytes'],
  ['container_network_receive_errors_total', 'rxErrors'],
  ['container_network_receive_packets_dropped_total', 'rxDropped'],
  ['container_network_receive_packets_total', 'rxPackets'],
  ['container_network_transmit_bytes_total', 'txBytes'],
  ['container_network_transmit_errors_total', 'txErrors'],
  ['container_network_transmit_packets_dropped_total', 'txDropped'],
  ['container_network_transmit_packets_total', 'txPackets'],
];

/** Undefined stands for a look that failed: then only that is told. */
export function cadvisorMetrics(
  groups: readonly Group[] | undefined,
  machine: Pick<Machine, 'cpus' | 'memoryBytes' | 'bootID' | 'machineID' | 'systemUUID'>,
  now: number,
): Promise<string> {
  const all = (groups ?? []).filter(group => group.usage !== undefined);
  const each = (of: (group: Group) => number | undefined): Sample[] => all.map(group => [labelsOf(group), of(group)]);
  const whole = { boot_id: machine.bootID, machine_id: machine.machineID, system_uuid: machine.systemUUID };
  const figures: [Name, Sample[]][] = [
    [
      'container_cpu_usage_seconds_total',
      all.map(group => [{ ...labelsOf(group), cpu: 'total' }, (group.usage?.cpuNanoseconds ?? 0) / 1e9]),
    ],
    ['container_fs_usage_bytes', each(group => group.layerBytes)],
    ['container_last_seen', each(() => Math.floor(now / 1000))],
    ...ofUsage.map(([name, of]): [Name, Sample[]] => [name, each(({ usage }) => usage && of(usage))]),
    ...ofInterfaces.map(([name, count]): [Name, Sample[]] => [
      name,
      all.flatMap(group =>
        (group.interfaces ?? []).map((one): Sample => [{ ...labelsOf(group), interface: one.name }, one[count]]),
      ),
    ]),
    ['container_scrape_error', [[{}, groups ? 0 : 1]]],
    ['container_start_time_seconds', each(({ startedAt }) => startedAt && startedAt / 1000)],
    ['machine_cpu_cores', [[whole, machine.cpus]]],
    ['machine_memory_bytes', [[whole, machine.memoryBytes]]],
  ];
  return exposition(described, figures);
}

/** What the kubelet tells of itself at /metrics, under the names of Kubernetes' kubelet. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../api/clock.js';
import type { Cri } from './cri/cri.js';
import type { Seen } from './pods/seen.js';
import type { FsStats, Summary } from './stats/summary-types.js';

export interface KubeletMetrics {
  registry: Registry;
  /** The same runtime, its calls counted and timed. */
  timed(cri: Cri): Cri;
  evicted(signal: string): void;
  /** The machine's shutdown, as far as the pods are concerned. */
  shutdown(what: 'start' | 'end'): void;
}

/** What is counted when somebody asks. */
export interface Counted {
  nodeName: string;
  clock: Clock;
  pods: () => readonly { seen: Seen }[];
  /** Undefined when the runtime does not answer. */
  summary: () => Promise<Summary | undefined>;
}

const callBuckets = Array.from({ length: 14 }, (_, i) => 0.005 * 2.5 ** i);

export function openMetrics(counted: Counted): KubeletMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  // Gauges under the names of counters, which promtool complains of; what they say is in others by type.
  for (const what of ['handles', 'requests', 'resources']) registry.removeSingleMetric(`nodejs_active_${what}_total`);
  const labelNames = ['operation_type'] as const;
  const calls = new Counter({
    name: 'kubelet_runtime_operations_total',
    help: 'Calls of the container runtime, by name',
    ...{ labelNames, registers },
  });
  const failures = new Counter({
    name: 'kubelet_runtime_operations_errors_total',
    help: 'Calls of the container runtime that failed, by name',
    ...{ labelNames, registers },
  });
  const durations = new Histogram({
    name: 'kubelet_runtime_operations_duration_seconds',
    help: 'How long calls of the container runtime took, in seconds',
    ...{ labelNames, buckets: callBuckets, registers },
  });
  const evictions = new Counter({
    name: 'kubelet_evictions',
    help: 'Pods that were evicted, by the signal that asked for it',
    ...{ labelNames: ['eviction_signal'] as const, registers },
  });
  const shutdowns = shutdownGauges(registry);
  gauges(registry, counted);
  volumeGauges(registry, counted);
  const { clock } = counted;
  return {
    registry,
    evicted: signal => evictions.inc({ eviction_signal: signal }),
    shutdown: what => shutdowns[what].set(clock.now() / 1000),
    timed: cri =>
      timedCalls(cri, async (name, call) => {
        const labels = { operation_type: operationType(name) };
        const start = clock.now();
        calls.inc(labels);
        try {
          return await call();
        } catch (error) {
          failures.inc(labels);
          throw error;
        } finally {
          durations.observe(labels, Math.max(0, clock.now() - start) / 1000);
        }
      }),
  };
}

/** runPodSandbox -> run_podsandbox, createContainer -> create_container: Kubernetes' names. */
export const operationType = (method: string): string =>
  method.replace('PodSandbox', 'Podsandbox').replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

type Timed = <A>(name: string, call: () => Promise<A>) => Promise<A>;

/** Whatever of the runtime is a method that answers later; the rest stays as it is. */
function timedCalls(cri: Cri, timed: Timed): Cri {
  const methods = Object.entries(cri).filter(([name, value]) => typeof value === 'function' && name !== 'close');
  const wrapped = methods.map(([name, method]) => [
    name,
    (...args: unknown[]) => timed(name, () => (method as (...args: unknown[]) => Promise<unknown>)(...args)),
  ]);
  return { ...cri, ...Object.fromEntries(wrapped) };
}

function shutdownGauges(registry: Registry): Record<'start' | 'end', Gauge> {
  const gauge = (what: string): Gauge =>
    new Gauge({
      name: `kubelet_graceful_shutdown_${what}_time_seconds`,
      help: `Last graceful shutdown ${what} time since unix epoch in seconds`,
      registers: [registry],
    });
  return { start: gauge('start'), end: gauge('end') };
}

function gauges(registry: Registry, { nodeName, pods }: Counted): void {
  const registers = [registry];
  new Gauge({
    name: 'kubelet_node_name',
    help: "The node's name. The count is always 1.",
    labelNames: ['node'] as const,
    registers,
  }).set({ node: nodeName }, 1);
  new Gauge({
    name: 'kubelet_running_pods',
    help: 'Pods that have a running sandbox',
    registers,
    collect() {
      this.set(pods().filter(({ seen }) => seen.sandboxes.some(s => s.ready)).length);
    },
  });
  new Gauge({
    name: 'kubelet_running_containers',
    help: 'Containers, by their state',
    labelNames: ['container_state'] as const,
    registers,
    collect() {
      this.reset();
      for (const { state } of pods().flatMap(({ seen }) => seen.containers)) this.inc({ container_state: state });
    },
  });
}

/** Kubernetes' alerts about volumes that fill up ask for these. */
const volumeFigures: [name: string, help: string, of: (stats: FsStats) => number][] = [
  ['capacity_bytes', 'Capacity in bytes of the volume', s => s.capacityBytes],
  ['available_bytes', 'Number of available bytes in the volume', s => s.availableBytes],
  ['used_bytes', 'Number of used bytes in the volume', s => s.usedBytes],
  ['inodes', 'Maximum number of inodes in the volume', s => s.inodes],
  ['inodes_free', 'Number of free inodes in the volume', s => s.inodesFree],
  ['inodes_used', 'Number of used inodes in the volume', s => s.inodesUsed],
];

function volumeGauges(registry: Registry, { summary }: Counted): void {
  let looking: ReturnType<typeof summary> | undefined;
  // All are asked at once, and answered from one look.
  const oneLook = (): ReturnType<typeof summary> => {
    looking ??= summary().finally(() => (looking = undefined));
    return looking;
  };
  for (const [name, help, of] of volumeFigures)
    new Gauge({
      name: `kubelet_volume_stats_${name}`,
      help,
      labelNames: ['namespace', 'persistentvolumeclaim'] as const,
      registers: [registry],
      async collect() {
        this.reset();
        for (const volume of (await oneLook())?.pods.flatMap(pod => pod.volume ?? []) ?? []) {
          const { pvcRef } = volume;
          if (pvcRef) this.set({ namespace: pvcRef.namespace, persistentvolumeclaim: pvcRef.name }, of(volume));
        }
      },
    });
}

/** What a kubelet's summary (/stats/summary) says of its node and its pods, as metrics.k8s.io shows it. Pure. */
import type { AnyObject, Pod, Usage } from '../../api/types.js';

interface Figures {
  cpu?: { time?: string; usageNanoCores?: number };
  memory?: { workingSetBytes?: number };
}

/** The part of a summary that is read; any kubelet's has it. */
export interface Summary {
  node?: Figures;
  pods?: { podRef: { name: string; namespace: string; uid?: string }; containers?: (Figures & { name: string })[] }[];
}

export type PodFigures = NonNullable<Summary['pods']>[number];

const apiVersion = 'metrics.k8s.io/v1beta1';
/** Over which a kubelet measures, at the most. */
const window = '15s';

/** Undefined before the kubelet has looked twice: until then it knows no rate. */
function usageOf({ cpu, memory }: Figures): Usage | undefined {
  if (cpu?.usageNanoCores === undefined || memory?.workingSetBytes === undefined) return undefined;
  return { cpu: `${cpu.usageNanoCores}n`, memory: `${Math.floor(memory.workingSetBytes / 1024)}Ki` };
}

export function nodeMetrics(name: string, labels: Record<string, string> | undefined, summary: Summary): AnyObject[] {
  const usage = usageOf(summary.node ?? {});
  if (!usage) return [];
  const timestamp = summary.node?.cpu?.time ?? '';
  return [{ apiVersion, kind: 'NodeMetrics', metadata: about(name, labels, timestamp), timestamp, window, usage }];
}

/** Nothing of a pod of which one container is not measured yet: its sum would be too small. */
export function podMetrics({ metadata }: Pod, { containers = [] }: PodFigures): AnyObject[] {
  const { name = '', namespace = '', labels } = metadata;
  const measured = containers.map(container => ({ name: container.name, usage: usageOf(container) }));
  if (measured.length === 0 || measured.some(({ usage }) => !usage)) return [];
  const timestamp = containers[0]?.cpu?.time ?? '';
  const identity = { ...about(name, labels, timestamp), namespace };
  return [{ apiVersion, kind: 'PodMetrics', metadata: identity, timestamp, window, containers: measured }];
}

const about = (name: string, labels: Record<string, string> | undefined, creationTimestamp: string) => ({
  name,
  creationTimestamp: creationTimestamp as never,
  ...(labels ? { labels } : {}),
});

/** What the performing of a step works with. */
import type { Container, Pod } from '../../api/types.js';
import type { KubeletContext } from '../context.js';
import type { PodFacts } from './config/fields.js';
import { limitOf } from './config/resources.js';
import type { Progress } from './progress.js';
import { readySandbox, type Seen } from './seen.js';

export interface Job {
  pod: Pod;
  /** False once the API has no such pod. */
  exists: boolean;
  seen: Seen;
  progress: Progress;
  context: KubeletContext;
  /** Ends work that only makes sense while the pod is to run: pulls and hooks. */
  running: AbortSignal;
  /** What the worker's turn answers, for the audit log: see client/runtime/cause.ts. */
  cause: string;
  /** Makes the worker look at the runtime again, because of that. */
  wake: (because: string) => void;
  /** Makes the worker decide again: something else than the runtime has changed. */
  resume: (because: string) => void;
}

export type EventType = 'Normal' | 'Warning';

/** An Event about the pod, or about one of its containers. */
export function say(job: Job, type: EventType, reason: string, message: string, container?: string): void {
  if (!job.exists) return;
  const { initContainers = [], ephemeralContainers = [] } = job.pod.spec ?? {};
  const isIn = (list: readonly { name: string }[]): boolean => list.some(({ name }) => name === container);
  const list = isIn(initContainers)
    ? 'initContainers'
    : isIn(ephemeralContainers)
      ? 'ephemeralContainers'
      : 'containers';
  const fieldPath = `spec.${list}{${container}}`;
  const { cause } = job;
  job.context.events.event(job.pod, type, reason, message, container === undefined ? { cause } : { cause, fieldPath });
}

export function containerSpec(pod: Pod, name: string): Container | undefined {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  return [...containers, ...initContainers, ...(ephemeralContainers as Container[])].find(c => c.name === name);
}

/** The kernel ends what takes more; a pod without limits shares all the memory of the node. */
export function hasMemoryLimit(pod: Pod, name: string): boolean {
  const container = containerSpec(pod, name);
  return container !== undefined && limitOf(pod, container, 'memory') !== undefined;
}

export function podFacts({ pod, seen, context }: Pick<Job, 'pod' | 'seen' | 'context'>): PodFacts {
  const { name, ip, allocatable } = context.node;
  const podIPs = pod.spec?.hostNetwork ? [ip] : (readySandbox(seen)?.ips ?? []);
  return { nodeName: name, nodeIP: ip, podIPs, allocatable };
}

/** `web_default(0b5c...)`: how Kubernetes' messages name a pod. */
export const fullName = ({ metadata }: Pod): string => `${metadata.name}_${metadata.namespace}(${metadata.uid})`;

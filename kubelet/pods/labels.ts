/** What a kubelet writes on sandboxes and containers, and reads again after its own restart: Kubernetes' names. */
import type { Pod } from '../../api/types.js';
import type { PodName } from '../directories.js';

const podNameLabel = 'io.kubernetes.pod.name';
const namespaceLabel = 'io.kubernetes.pod.namespace';
const uidLabel = 'io.kubernetes.pod.uid';
const containerNameLabel = 'io.kubernetes.container.name';
const hashAnnotation = 'io.kubernetes.container.hash';
const restartsAnnotation = 'io.kubernetes.container.restartCount';
/** Kubernetes forgets the back-off with its kubelet; here it is the container's. */
const delayAnnotation = 'orrery.dev/restart-delay-ms';
const messagePolicyAnnotation = 'io.kubernetes.container.terminationMessagePolicy';
const graceAnnotation = 'io.kubernetes.pod.terminationGracePeriod';

type Labels = Record<string, string>;

/** Selects everything of one pod. */
export const uidSelector = (uid: string): Labels => ({ [uidLabel]: uid });

export const sandboxLabels = ({ namespace, name, uid }: PodName, pod: Pod): Labels => ({
  ...pod.metadata.labels,
  [podNameLabel]: name,
  [namespaceLabel]: namespace,
  [uidLabel]: uid,
});

export const sandboxAnnotations = (pod: Pod): Labels => ({
  ...pod.metadata.annotations,
  [graceAnnotation]: String(pod.spec?.terminationGracePeriodSeconds ?? 30),
});

export const containerLabels = ({ namespace, name, uid }: PodName, container: string): Labels => ({
  [podNameLabel]: name,
  [namespaceLabel]: namespace,
  [uidLabel]: uid,
  [containerNameLabel]: container,
});

export interface ContainerMarks {
  hash: string;
  attempt: number;
  restartDelayMs: number;
  messagePolicy: string;
}

export const containerAnnotations = ({ hash, attempt, restartDelayMs, messagePolicy }: ContainerMarks): Labels => ({
  [hashAnnotation]: hash,
  [restartsAnnotation]: String(attempt),
  [delayAnnotation]: String(restartDelayMs),
  [messagePolicyAnnotation]: messagePolicy,
});

/** Undefined for what no kubelet made. */
export function podOf(labels: Labels): PodName | undefined {
  const [namespace, name, uid] = [labels[namespaceLabel], labels[podNameLabel], labels[uidLabel]];
  return namespace && name && uid ? { namespace, name, uid } : undefined;
}

export const containerOf = (labels: Labels): string => labels[containerNameLabel] ?? '';
export const hashOf = (annotations: Labels): string => annotations[hashAnnotation] ?? '';
export const restartDelayOf = (annotations: Labels): number => Number(annotations[delayAnnotation] ?? 0);
export const messagePolicyOf = (annotations: Labels): string => annotations[messagePolicyAnnotation] ?? 'File';
export const graceSecondsOf = (annotations: Labels): number => Number(annotations[graceAnnotation] ?? 30);

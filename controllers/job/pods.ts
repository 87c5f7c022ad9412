/** What a Job asks of its pods, and how it makes them. Pure. */
import type { Container, Job, JobSpec, Pod } from '../../api/types.js';
import { podFrom } from '../owned-pods.js';
import { isTerminal, isTerminating } from '../pod-state.js';

/** Keeps a pod until the job has counted it. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
export const indexKey = 'batch.kubernetes.io/job-completion-index';
export const failureCountKey = 'batch.kubernetes.io/job-index-failure-count';
export const ignoredCountKey = 'batch.kubernetes.io/job-index-ignored-failure-count';

export const specOf = (job: Job): JobSpec => job.spec ?? ({} as JobSpec);
export const isIndexed = (job: Job): boolean => specOf(job).completionMode === 'Indexed';
export const isTracked = (pod: Pod): boolean => pod.metadata.finalizers?.includes(trackingFinalizer) ?? false;

/** Whether a pod that is on its way out is replaced only when it has come to its end. */
export const waitsForEnd = (job: Job): boolean =>
  specOf(job).podReplacementPolicy === 'Failed' || specOf(job).podFailurePolicy !== undefined;

export const hasSucceeded = (pod: Pod): boolean => pod.status?.phase === 'Succeeded';

/** A pod that goes has failed as well, where the job does not wait for its end: it may never come to one. */
export const hasFailed = (job: Job, pod: Pod): boolean =>
  pod.status?.phase === 'Failed' || (!waitsForEnd(job) && isTerminating(pod) && !hasSucceeded(pod));

/** It is asked to end, and has not yet. */
export const isEnding = (pod: Pod): boolean => isTerminating(pod) && !isTerminal(pod);

/** The pod's index; undefined when it has none that the job knows. */
export function indexOf(job: Job, pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[indexKey] ?? '';
  if (!/^\d+$/.test(text) || Number(text) >= (specOf(job).completions ?? 0)) return undefined;
  return Number(text);
}

/** When a pod that ended did so. Milliseconds since 1970. */
export function endOf({ metadata, status }: Pod): number {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const ends = statuses.map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  const latest = Math.max(...ends.filter(time => !Number.isNaN(time)));
  if (Number.isFinite(latest)) return latest;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  return Date.parse(ready ?? String(metadata.deletionTimestamp ?? metadata.creationTimestamp ?? '')) || 0;
}

export interface Wanted {
  /** Of an indexed job. */
  index?: number;
  /** How often the index failed before, where that is counted for each. */
  failures?: { counted: number; ignored: number };
}

export function podFor(job: Job, { index, failures }: Wanted): Pod {
  const pod = podFrom(specOf(job).template, job);
  const { metadata } = pod;
  const finalizers = [...(metadata.finalizers ?? []), trackingFinalizer];
  if (index === undefined) return { ...pod, metadata: { ...metadata, finalizers } };
  const name = `${job.metadata.name}-${index}`;
  const annotations = {
    ...metadata.annotations,
    [indexKey]: String(index),
    ...(failures ? { [failureCountKey]: String(failures.counted) } : {}),
    ...(failures && failures.ignored > 0 ? { [ignoredCountKey]: String(failures.ignored) } : {}),
  };
  const labels = { ...metadata.labels, [indexKey]: String(index) };
  const spec = pod.spec && {
    ...pod.spec,
    hostname: pod.spec.hostname ?? name,
    containers: pod.spec.containers.map(withIndex),
    ...(pod.spec.initContainers ? { initContainers: pod.spec.initContainers.map(withIndex) } : {}),
  };
  return {
    ...pod,
    metadata: { ...metadata, generateName: `${name}-`, annotations, labels, finalizers },
    ...(spec ? { spec } : {}),
  };
}

const variable = 'JOB_COMPLETION_INDEX';

function withIndex(container: Container): Container {
  if (container.env?.some(({ name }) => name === variable)) return container;
  const valueFrom = { fieldRef: { fieldPath: `metadata.labels['${indexKey}']` } };
  return { ...container, env: [...(container.env ?? []), { name: variable, valueFrom }] };
}

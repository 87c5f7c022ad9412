/** A pod's priority is the number of its class; without a class, the default class's, or zero. */
import type { Pod } from '../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../contracts.js';
import { createsPod, newPod, refusal } from './request.js';

interface PriorityClass {
  metadata: { name?: string };
  value: number;
  globalDefault?: boolean;
  preemptionPolicy?: string;
}

/** Those that exist in every cluster. */
const systemClasses: readonly PriorityClass[] = [
  { metadata: { name: 'system-node-critical' }, value: 2_000_001_000 },
  { metadata: { name: 'system-cluster-critical' }, value: 2_000_000_000 },
];
const noClass: PriorityClass = { metadata: {}, value: 0 };
const resource = { group: 'scheduling.k8s.io', resource: 'priorityclasses' };

export const priority = (lookup: Lookup): AdmissionPlugin => ({
  name: 'Priority',
  handles: createsPod,
  mutate(request) {
    const { spec } = newPod(request);
    if (!spec) return;
    const chosen = classOf(lookup, request, spec.priorityClassName ?? '');
    if (!spec.priorityClassName && chosen.metadata.name) spec.priorityClassName = chosen.metadata.name;
    agree(request, spec.priority, chosen);
    spec.priority = chosen.value;
    spec.preemptionPolicy ??= chosen.preemptionPolicy ?? 'PreemptLowerPriority';
  },
});

/** Throws Forbidden for a class that does not exist. */
function classOf(lookup: Lookup, request: AdmissionRequest, name: string): PriorityClass {
  if (name === '') return defaultClass(lookup);
  const stored = lookup.get(resource, '', name) as PriorityClass | undefined;
  const found = stored ?? systemClasses.find(({ metadata }) => metadata.name === name);
  if (found) return found;
  throw refusal(request, `no PriorityClass with name ${name} was found`);
}

/** Where several call themselves the default, the lowest is. */
function defaultClass(lookup: Lookup): PriorityClass {
  const defaults = [...lookup.list(resource)].map(asClass).filter(({ globalDefault }) => globalDefault === true);
  return defaults.sort((a, b) => a.value - b.value)[0] ?? noClass;
}

const asClass = (object: unknown): PriorityClass => object as PriorityClass;

/** The number is the class's: a pod that says another one would jump the queue. */
function agree(request: AdmissionRequest, said: NonNullable<Pod['spec']>['priority'], chosen: PriorityClass): void {
  if (said === undefined || said === chosen.value) return;
  throw refusal(
    request,
    `the integer value of priority (${said}) must not be provided in pod spec; ` +
      `priority admission controller computed ${chosen.value} from the given PriorityClass name`,
  );
}

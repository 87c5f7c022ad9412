/** A pod's priority is the number of its class; without a class, the default class's, or zero. */
import { systemPriorityClasses } from '../../api/kinds/scheduling/priorityclass.js';
import type { Pod, PriorityClass } from '../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../contracts.js';
import { concerns, createsPod, nameOf, newPod, refusal } from './request.js';

const resource = { group: 'scheduling.k8s.io', resource: 'priorityclasses' };
type Chosen = Pick<PriorityClass, 'metadata' | 'preemptionPolicy'> & { value: number };
const noClass: Chosen = { metadata: {}, value: 0, preemptionPolicy: 'PreemptLowerPriority' };

export const priority = (lookup: Lookup): AdmissionPlugin => ({
  name: 'Priority',
  handles: request => createsPod(request) || changesClass(request),
  mutate(request) {
    const spec = createsPod(request) ? newPod(request).spec : undefined;
    if (!spec) return;
    const chosen = classOf(lookup, request, spec.priorityClassName ?? '');
    if (!spec.priorityClassName && chosen.metadata.name) spec.priorityClassName = chosen.metadata.name;
    agree(request, spec.priority, chosen);
    spec.priority = chosen.value;
    agreePolicy(request, spec.preemptionPolicy, chosen);
    spec.preemptionPolicy = chosen.preemptionPolicy ?? 'PreemptLowerPriority';
  },
  validate(request) {
    if (!changesClass(request)) return;
    if (request.operation === 'DELETE') refuseDeletion(request);
    else refuseSecondDefault(lookup, request);
  },
});

const changesClass = (request: AdmissionRequest): boolean =>
  request.row.group === resource.group && concerns(request, resource.resource) && request.operation !== 'CONNECT';

/** Throws Forbidden for a class that does not exist. */
function classOf(lookup: Lookup, request: AdmissionRequest, name: string): Chosen {
  if (name === '') return defaultClass(lookup) ?? noClass;
  const found = lookup.get(resource, '', name);
  if (found) return asChosen(found);
  throw refusal(request, `no PriorityClass with name ${name} was found`);
}

/** Where several call themselves the default, the lowest is. */
function defaultClass(lookup: Lookup): Chosen | undefined {
  const defaults = [...lookup.list(resource)].filter(object => (object as { globalDefault?: boolean }).globalDefault);
  return defaults.map(asChosen).sort((a, b) => a.value - b.value)[0];
}

function asChosen(object: unknown): Chosen {
  const { metadata, preemptionPolicy, value = 0 } = object as PriorityClass;
  return { metadata, value, ...(preemptionPolicy ? { preemptionPolicy } : {}) };
}

/** The number is the class's: a pod that says another one would jump the queue. */
function agree(request: AdmissionRequest, said: NonNullable<Pod['spec']>['priority'], chosen: Chosen): void {
  if (said === undefined || said === chosen.value) return;
  throw refusal(
    request,
    `the integer value of priority (${said}) must not be provided in pod spec; ` +
      `priority admission controller computed ${chosen.value} from the given PriorityClass name`,
  );
}

function agreePolicy(request: AdmissionRequest, said: string | undefined, { preemptionPolicy }: Chosen): void {
  if (said === undefined || preemptionPolicy === undefined || said === preemptionPolicy) return;
  throw refusal(
    request,
    `the string value of PreemptionPolicy (${said}) must not be provided in pod spec; ` +
      `priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
  );
}

function refuseSecondDefault(lookup: Lookup, request: AdmissionRequest): void {
  const { globalDefault, metadata } = request.object as unknown as PriorityClass;
  const current = globalDefault ? defaultClass(lookup) : undefined;
  if (!current || current.metadata.name === metadata.name) return;
  const why = `PriorityClass ${current.metadata.name} is already marked as default. Only one default can exist`;
  throw refusal(request, why);
}

function refuseDeletion(request: AdmissionRequest): void {
  if (!systemPriorityClasses.some(({ name }) => name === nameOf(request))) return;
  throw refusal(request, 'this is a system priority class and cannot be deleted');
}

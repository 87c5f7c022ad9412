import { fill } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { PriorityClass } from '../../types.js';
import { forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { ageColumn, count, flag, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';

const systemPrefix = 'system-';
/** Users' classes end here; what is above belongs to the system. */
const highestUserValue = 1_000_000_000;

/** The classes that every cluster has, and that nobody may delete or change. */
export const systemPriorityClasses: readonly (Pick<PriorityClass, 'value' | 'description'> & { name: string })[] = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
];

/** What keeps a class from being one of the system's own; nothing when it is one. */
function notKnown({ metadata, value = 0, globalDefault }: PriorityClass): string | undefined {
  const known = systemPriorityClasses.find(({ name }) => name === metadata.name);
  if (!known) return `${metadata.name} is not a known system priority class`;
  if (known.value !== value) return `value of ${known.name} PriorityClass must be ${known.value}`;
  if (globalDefault) return `globalDefault of ${known.name} PriorityClass must be false`;
  return undefined;
}

function validate(priorityClass: PriorityClass): FieldError[] {
  const { metadata, value = 0, preemptionPolicy } = priorityClass;
  const errors: FieldError[] = [];
  if (metadata.name?.startsWith(systemPrefix)) {
    const why = notKnown(priorityClass);
    const reserved = `priority class names with '${systemPrefix}' prefix are reserved for system use only. error: `;
    if (why) errors.push(forbiddenField('metadata.name', reserved + why));
  } else if (value > highestUserValue) {
    const why = `maximum allowed value of a user defined priority is ${highestUserValue}`;
    errors.push(forbiddenField('value', why));
  }
  if (preemptionPolicy === '') errors.push(required('preemptionPolicy'));
  else if (preemptionPolicy != null && !['Never', 'PreemptLowerPriority'].includes(preemptionPolicy)) {
    errors.push(notSupported('preemptionPolicy', preemptionPolicy, ['PreemptLowerPriority', 'Never']));
  }
  return errors;
}

function validateUpdate(priorityClass: PriorityClass, old: PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  if ((priorityClass.value ?? 0) !== (old.value ?? 0)) {
    errors.push(forbiddenField('value', 'may not be changed in an update.'));
  }
  if (priorityClass.preemptionPolicy !== old.preemptionPolicy) {
    errors.push(invalidValue('preemptionPolicy', priorityClass.preemptionPolicy, 'field is immutable'));
  }
  return errors;
}

export const priorityClassRow = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  namespaced: false,
  model: 'V1PriorityClass',
  columns: [
    nameColumn,
    count('Value', priorityClass => priorityClass.value ?? 0),
    flag('Global-Default', priorityClass => priorityClass.globalDefault ?? false),
    ageColumn,
    text('PreemptionPolicy', priorityClass => priorityClass.preemptionPolicy ?? ''),
  ],
  defaults(priorityClass) {
    fill(priorityClass, 'value', 0);
    fill(priorityClass, 'preemptionPolicy', 'PreemptLowerPriority');
  },
  // It never rises: what counts about a class cannot change.
  generationOf: () => null,
  validate,
  validateUpdate,
});

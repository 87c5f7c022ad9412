/** Where a pod may run: tolerations, affinity, spread. */
import { validateLabelKey, validateLabelSelector } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { PodSpec, Toleration } from '../../types.js';
import {
  complaints,
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../validation/errors.js';
import { validLabelValue } from '../../validation/strings.js';

const effects = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];

function validateToleration(toleration: Toleration, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
  if (key !== '') errors.push(...validateLabelKey(key, `${path}.key`));
  else if (operator !== 'Exists') {
    const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalidValue(`${path}.operator`, operator, why));
  }
  if (typeof tolerationSeconds === 'number' && effect !== 'NoExecute') {
    errors.push(invalidValue(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  if (operator === '' || operator === 'Equal') {
    errors.push(...complaints(`${path}.operator`, value, validLabelValue(value)));
  } else if (operator !== 'Exists') {
    errors.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
  } else if (value !== '') {
    errors.push(invalidValue(`${path}.operator`, toleration, "value must be empty when `operator` is 'Exists'"));
  }
  if (effect !== '' && !effects.includes(effect)) errors.push(notSupported(`${path}.effect`, effect, effects));
  return errors;
}

export const validateTolerations = (tolerations: readonly Toleration[] | undefined, path: string): FieldError[] =>
  (tolerations ?? []).flatMap((toleration, index) => validateToleration(toleration, `${path}[${index}]`));

interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

export function validateNodeRequirement({ key, operator, values = [] }: Requirement, path: string): FieldError[] {
  const errors = validateLabelKey(key ?? '', `${path}.key`);
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      errors.push(
        forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
      );
    }
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) {
      errors.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
    }
  } else errors.push(invalidValue(`${path}.operator`, operator, 'not a valid selector operator'));
  return errors;
}

type NodeAffinity = NonNullable<NonNullable<PodSpec['affinity']>['nodeAffinity']>;
type NodeSelector = NonNullable<NodeAffinity['requiredDuringSchedulingIgnoredDuringExecution']>;
type Term = NodeSelector['nodeSelectorTerms'][number];

function validateTerm(term: Term, path: string): FieldError[] {
  const fields = term.matchFields ?? [];
  const errors = (term.matchExpressions ?? []).flatMap((requirement, index) =>
    validateNodeRequirement(requirement, `${path}.matchExpressions[${index}]`),
  );
  fields.forEach((requirement, index) => {
    const field = `${path}.matchFields[${index}]`;
    if (requirement.key !== 'metadata.name') {
      errors.push(invalidValue(`${field}.key`, requirement.key, 'not a valid field selector key'));
    }
    if (requirement.operator !== 'In' && requirement.operator !== 'NotIn') {
      errors.push(invalidValue(`${field}.operator`, requirement.operator, 'not a valid selector operator'));
    } else if (requirement.values?.length !== 1) {
      const why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
      errors.push(required(`${field}.values`, why));
    }
  });
  return errors;
}

export function validateNodeSelector(selector: NodeSelector, path: string): FieldError[] {
  const terms = selector.nodeSelectorTerms ?? [];
  const field = `${path}.nodeSelectorTerms`;
  if (terms.length === 0) return [required(field, 'must have at least one node selector term')];
  return terms.flatMap((term, index) => validateTerm(term, `${field}[${index}]`));
}

function validateNodeAffinity(affinity: NodeAffinity, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const must = affinity.requiredDuringSchedulingIgnoredDuringExecution;
  if (must) errors.push(...validateNodeSelector(must, `${path}.requiredDuringSchedulingIgnoredDuringExecution`));
  (affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).forEach((preferred, index) => {
    const field = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    errors.push(...validateWeight(preferred.weight, field));
    if (preferred.preference) errors.push(...validateTerm(preferred.preference, `${field}.preference`));
  });
  return errors;
}

const validateWeight = (weight: number, path: string): FieldError[] =>
  weight >= 1 && weight <= 100 ? [] : [invalidValue(`${path}.weight`, weight ?? 0, 'must be in the range 1-100')];

type PodAffinity = NonNullable<NonNullable<PodSpec['affinity']>['podAffinity']>;
type PodTerm = NonNullable<PodAffinity['requiredDuringSchedulingIgnoredDuringExecution']>[number];

function validatePodTerm(term: PodTerm | undefined, path: string): FieldError[] {
  return [
    ...validateLabelSelector(term?.labelSelector, `${path}.labelSelector`),
    ...validateLabelSelector(term?.namespaceSelector, `${path}.namespaceSelector`),
    ...(term?.topologyKey
      ? validateLabelKey(term.topologyKey, `${path}.topologyKey`)
      : [required(`${path}.topologyKey`, 'can not be empty')]),
  ];
}

function validatePodAffinity(affinity: PodAffinity | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).forEach((term, index) => {
    errors.push(...validatePodTerm(term, `${path}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`));
  });
  (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).forEach((preferred, index) => {
    const field = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    errors.push(...validateWeight(preferred.weight, field));
    errors.push(...validatePodTerm(preferred.podAffinityTerm, `${field}.podAffinityTerm`));
  });
  return errors;
}

type Spread = NonNullable<PodSpec['topologySpreadConstraints']>[number];

function validateSpreadDetails(constraint: Spread, path: string): FieldError[] {
  const { minDomains, whenUnsatisfiable, labelSelector, matchLabelKeys = [] } = constraint;
  const errors: FieldError[] = [];
  if (minDomains !== undefined) {
    if (minDomains <= 0) errors.push(invalidValue(`${path}.minDomains`, minDomains, 'must be greater than zero'));
    if (whenUnsatisfiable === 'ScheduleAnyway') {
      const why = 'can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway';
      errors.push(invalidValue(`${path}.minDomains`, minDomains, why));
    }
  }
  for (const name of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    const value = constraint[name];
    if (value !== undefined && value !== 'Honor' && value !== 'Ignore') {
      errors.push(notSupported(`${path}.${name}`, value, ['Honor', 'Ignore']));
    }
  }
  if (matchLabelKeys.length > 0 && !labelSelector) {
    return [...errors, forbiddenField(`${path}.matchLabelKeys`, 'must not be specified when labelSelector is not set')];
  }
  matchLabelKeys.forEach((key, index) => {
    const field = `${path}.matchLabelKeys[${index}]`;
    errors.push(...validateLabelKey(key, field));
    const selected =
      labelSelector?.matchLabels?.[key] !== undefined || labelSelector?.matchExpressions?.some(e => e.key === key);
    if (selected) errors.push(invalidValue(field, key, 'exists in both matchLabelKeys and labelSelector'));
  });
  return errors;
}

function validateSpread(spec: PodSpec, path: string): FieldError[] {
  const seen = new Set<string>();
  return (spec.topologySpreadConstraints ?? []).flatMap((constraint, index) => {
    const field = `${path}[${index}]`;
    const errors = validateLabelSelector(constraint.labelSelector, `${field}.labelSelector`);
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '' } = constraint;
    if (maxSkew <= 0) errors.push(invalidValue(`${field}.maxSkew`, maxSkew, 'must be greater than zero'));
    if (topologyKey === '') errors.push(required(`${field}.topologyKey`, 'can not be empty'));
    else errors.push(...validateLabelKey(topologyKey, `${field}.topologyKey`));
    const actions = ['DoNotSchedule', 'ScheduleAnyway'];
    if (!actions.includes(whenUnsatisfiable)) {
      errors.push(notSupported(`${field}.whenUnsatisfiable`, whenUnsatisfiable, actions));
    }
    errors.push(...validateSpreadDetails(constraint, field));
    const identity = `{${topologyKey}, ${whenUnsatisfiable}}`;
    if (seen.has(identity)) errors.push(duplicate(`${field}.{topologyKey, whenUnsatisfiable}`, identity));
    seen.add(identity);
    return errors;
  });
}

export function validateScheduling(spec: PodSpec, path: string): FieldError[] {
  const { nodeAffinity, podAffinity, podAntiAffinity } = spec.affinity ?? {};
  return [
    ...validateTolerations(spec.tolerations, `${path}.tolerations`),
    ...(nodeAffinity ? validateNodeAffinity(nodeAffinity, `${path}.affinity.nodeAffinity`) : []),
    ...validatePodAffinity(podAffinity, `${path}.affinity.podAffinity`),
    ...validatePodAffinity(podAntiAffinity, `${path}.affinity.podAntiAffinity`),
    ...validateSpread(spec, `${path}.topologySpreadConstraints`),
  ];
}

/** What of a pod may change once it exists: little, for its containers are running. */
import { differences } from '../../differences.js';
import { clone, deepEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { Pod, PodSpec, Toleration } from '../../types.js';
import { forbiddenField, invalidValue } from '../../validation/errors.js';

const mayChange = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** The new spec, with what may change put back to what it was. */
function withoutAllowed(spec: PodSpec, old: PodSpec): PodSpec {
  const same = clone(spec);
  for (const list of ['containers', 'initContainers'] as const) {
    (same[list] ?? []).forEach((container, index) => {
      const image = old[list]?.[index]?.image;
      if (image !== undefined) container.image = image;
    });
  }
  restore(same, old, 'activeDeadlineSeconds');
  restore(same, old, 'tolerations');
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1) {
    restore(same, old, 'terminationGracePeriodSeconds');
  }
  // Gates may be lifted, and while one stands the pod may be aimed at fewer nodes.
  restore(same, old, 'schedulingGates');
  if (old.schedulingGates?.length) restore(same, old, 'nodeSelector');
  return same;
}

function restore<K extends keyof PodSpec>(spec: PodSpec, old: PodSpec, key: K): void {
  if (old[key] === undefined) delete spec[key];
  else spec[key] = old[key];
}

function validateDeadline(spec: PodSpec, old: PodSpec): FieldError[] {
  const [now, before] = [spec.activeDeadlineSeconds, old.activeDeadlineSeconds];
  if (typeof before !== 'number') return [];
  if (typeof now !== 'number') {
    return [invalidValue('spec.activeDeadlineSeconds', null, 'must not update from a positive integer to nil value')];
  }
  if (now <= before) return [];
  return [invalidValue('spec.activeDeadlineSeconds', now, 'must be less than or equal to previous value')];
}

const identity = ({ key, operator, value, effect }: Toleration): string =>
  JSON.stringify([key ?? '', operator || 'Equal', value ?? '', effect ?? '']);

/** Tolerations are added; the seconds of one may change, none goes. */
function validateTolerations(spec: PodSpec, old: PodSpec): FieldError[] {
  const now = new Set((spec.tolerations ?? []).map(identity));
  if ((old.tolerations ?? []).every(toleration => now.has(identity(toleration)))) return [];
  return [forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

function validateGates(spec: PodSpec, old: PodSpec): FieldError[] {
  const before = new Set((old.schedulingGates ?? []).map(gate => gate.name));
  const added = (spec.schedulingGates ?? []).filter(gate => !before.has(gate.name));
  if (added.length === 0) return [];
  const why = `only deletion is allowed, but found new scheduling gate '${added[0]?.name}'`;
  return [forbiddenField('spec.schedulingGates', why)];
}

/** While gated, a pod's nodeSelector may grow stricter. */
function validateGatedSelector(spec: PodSpec, old: PodSpec): FieldError[] {
  if (!old.schedulingGates?.length) return [];
  const kept = Object.entries(old.nodeSelector ?? {}).every(([key, value]) => spec.nodeSelector?.[key] === value);
  return kept
    ? []
    : [
        invalidValue(
          'spec.nodeSelector',
          spec.nodeSelector,
          'only additions are allowed (no modifications or deletions)',
        ),
      ];
}

export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  if (!pod.spec || !old.spec || deepEqual(pod.spec, old.spec)) return [];
  const errors = [
    ...validateDeadline(pod.spec, old.spec),
    ...validateTolerations(pod.spec, old.spec),
    ...validateGates(pod.spec, old.spec),
    ...validateGatedSelector(pod.spec, old.spec),
  ];
  const changed = differences(withoutAllowed(pod.spec, old.spec), old.spec, 'spec');
  if (changed.length > 0) {
    const why = `pod updates may not change fields other than ${mayChange}\nchanged: ${changed.join(', ')}\n`;
    errors.push(forbiddenField('spec', why));
  }
  return errors;
}

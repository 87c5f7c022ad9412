/** Debug containers: added to a pod that runs, through a subresource of their own, and never changed or removed. */
import { clone, semanticEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { EphemeralContainer, Pod } from '../../types.js';
import { forbiddenField, notFoundValue } from '../../validation/errors.js';
import type { RowPart } from '../row.js';
import { keepAllBut } from '../strategy.js';
import { isMirror } from './mirror.js';
import { type Surroundings, validateContainer } from './validate-containers.js';

/** A debug container has no life of its own to probe, expose or restart. */
const notForDebugging = [
  'ports',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
] as const;

function validateEphemeral(container: EphemeralContainer, path: string, around: Surroundings): FieldError[] {
  const { targetContainerName: target, resources } = container;
  const errors: FieldError[] = [];
  if (target && !around.targets?.has(target)) errors.push(notFoundValue(`${path}.targetContainerName`, target));
  errors.push(...validateContainer(container, path, around));
  const why = 'cannot be set for an Ephemeral Container';
  for (const name of notForDebugging) {
    const value = container[name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    errors.push(forbiddenField(`${path}.${name}`, why));
  }
  if (resources && !semanticEqual(resources, {})) errors.push(forbiddenField(`${path}.resources`, why));
  (container.volumeMounts ?? []).forEach((mount, index) => {
    for (const name of ['subPath', 'subPathExpr'] as const) {
      if (mount[name]) errors.push(forbiddenField(`${path}.volumeMounts[${index}].${name}`, why));
    }
  });
  return errors;
}

/** `around` knows the names of all other containers of the pod. */
export const validateEphemeralContainers = (
  containers: readonly EphemeralContainer[],
  path: string,
  around: Surroundings,
): FieldError[] => {
  const targets = new Set(around.names);
  return containers.flatMap((container, index) =>
    validateEphemeral(container, `${path}[${index}]`, { ...around, targets }),
  );
};

function validateChange(pod: Pod, old: Pod): FieldError[] {
  if (isMirror(pod)) return [forbiddenField('', 'static pods do not support ephemeral containers')];
  const now = new Map((pod.spec?.ephemeralContainers ?? []).map(container => [container.name, container]));
  const field = 'spec.ephemeralContainers';
  return (old.spec?.ephemeralContainers ?? []).flatMap(before => {
    const named = `existing ephemeral containers ${JSON.stringify(before.name)}`;
    const container = now.get(before.name);
    if (!container) return [forbiddenField(field, `${named} may not be removed\n`)];
    return semanticEqual(container, before) ? [] : [forbiddenField(field, `${named} may not be changed\n`)];
  });
}

export const ephemeralContainers: RowPart<Pod> = {
  prepare(pod, old) {
    const added = clone(pod.spec?.ephemeralContainers);
    keepAllBut(pod, old, kept => {
      kept.spec = { ...(kept.spec ?? { containers: [] }), ...(added ? { ephemeralContainers: added } : {}) };
      if (!added) delete kept.spec.ephemeralContainers;
    });
  },
  validateUpdate: validateChange,
};

/** What a pod waits for before it runs or serves, and what it says of itself to whoever places it. */
import { validateLabelKey } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { Container, PodSpec } from '../../types.js';
import { complaints, duplicate, forbiddenField, notSupported, required } from '../../validation/errors.js';
import { qualifiedName } from '../../validation/strings.js';
import { validateAmount, validateContainerResourceName } from '../workload/resource-names.js';

function validateSchedulingGates(spec: PodSpec, path: string): FieldError[] {
  const gates = spec.schedulingGates ?? [];
  const seen = new Set<string>();
  const errors = gates.flatMap(({ name }, index) => {
    const field = `${path}.schedulingGates[${index}].name`;
    const said = complaints(field, name ?? '', qualifiedName(name ?? ''));
    if (seen.has(name)) said.push(duplicate(field, name));
    seen.add(name);
    return said;
  });
  if (gates.length > 0 && spec.nodeName) {
    errors.push(forbiddenField(`${path}.nodeName`, 'cannot be set until all schedulingGates have been cleared'));
  }
  return errors;
}

export function validateGates(spec: PodSpec, path: string): FieldError[] {
  const errors = (spec.readinessGates ?? []).flatMap(({ conditionType }, index) =>
    validateLabelKey(conditionType ?? '', `${path}.readinessGates[${index}].conditionType`),
  );
  const { os, preemptionPolicy } = spec;
  if (os && !os.name) errors.push(required(`${path}.os.name`));
  else if (os && !['linux', 'windows'].includes(os.name)) {
    errors.push(notSupported(`${path}.os.name`, os.name, ['linux', 'windows']));
  }
  if (preemptionPolicy && !['Never', 'PreemptLowerPriority'].includes(preemptionPolicy)) {
    errors.push(notSupported(`${path}.preemptionPolicy`, preemptionPolicy, ['Never', 'PreemptLowerPriority']));
  }
  const overhead = Object.entries(spec.overhead ?? {}).flatMap(([name, amount]) => [
    ...validateContainerResourceName(name, `${path}.overhead[${name}]`),
    ...validateAmount(name, amount, `${path}.overhead[${name}]`),
  ]);
  return [...validateSchedulingGates(spec, path), ...errors, ...overhead];
}

/** What becomes of a container whose size changes. */
export function validateResizePolicy(policies: Container['resizePolicy'], path: string): FieldError[] {
  const seen = new Set<string>();
  return (policies ?? []).flatMap(({ resourceName, restartPolicy }, index) => {
    const field = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (!['cpu', 'memory'].includes(resourceName)) {
      errors.push(notSupported(`${field}.resourceName`, resourceName, ['cpu', 'memory']));
    }
    if (!restartPolicy) errors.push(required(`${field}.restartPolicy`));
    else if (!['NotRequired', 'RestartContainer'].includes(restartPolicy)) {
      errors.push(notSupported(`${field}.restartPolicy`, restartPolicy, ['NotRequired', 'RestartContainer']));
    }
    if (seen.has(resourceName)) errors.push(duplicate(field, resourceName));
    seen.add(resourceName);
    return errors;
  });
}

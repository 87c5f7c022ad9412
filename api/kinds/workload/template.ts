/** Pod templates: what is common to the kinds that make pods. */
import { fill, isObject } from '../../json.js';
import { validateAnnotations, validateLabelSelector, validateLabels } from '../../meta/labels.js';
import { labelSelectorOf } from '../../selectors/labels.js';
import { type FieldError, StatusError } from '../../status.js';
import type { LabelSelector, PodSpec, PodTemplateSpec } from '../../types.js';
import { forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { defaultPodSpec } from '../pod/defaults.js';
import { validatePodSpec } from '../pod/validate.js';

export function defaultTemplate(template: PodTemplateSpec | undefined): void {
  if (!template) return;
  fill(template, 'metadata', {});
  fill(template, 'spec', {} as PodSpec);
  defaultPodSpec(template.spec as PodSpec);
}

/** The template by itself; `path` is where it stands ('spec.template'). */
export function validateTemplate(template: PodTemplateSpec | undefined, path: string): FieldError[] {
  if (!template) return [required(path)];
  const errors = [
    ...validateLabels(template.metadata?.labels, `${path}.labels`),
    ...validateAnnotations(template.metadata?.annotations, `${path}.annotations`),
  ];
  if (!isObject(template.spec)) return [...errors, required(`${path}.spec`)];
  errors.push(...validatePodSpec(template.spec as PodSpec, `${path}.spec`));
  if (template.spec.ephemeralContainers?.length) {
    errors.push(forbiddenField(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
  }
  return errors;
}

/** Pods that a controller keeps alive are restarted always, and never meant to end. `kind` is the controller's. */
export function validateEndless(template: PodTemplateSpec | undefined, kind: string, path: string): FieldError[] {
  const { restartPolicy, activeDeadlineSeconds } = template?.spec ?? ({} as Partial<PodSpec>);
  const errors: FieldError[] = [];
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(`${path}.spec.restartPolicy`, restartPolicy ?? '', ['Always']));
  }
  if (typeof activeDeadlineSeconds === 'number') {
    const why = `activeDeadlineSeconds in ${kind} is not Supported`;
    errors.push(forbiddenField(`${path}.spec.activeDeadlineSeconds`, why));
  }
  return errors;
}

/** The labels of the template must be ones that the selector finds (none is, without a selector). */
export function validateMatch(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  path: string,
): FieldError[] {
  const labels = template?.metadata?.labels ?? {};
  try {
    if (labelSelectorOf(selector).matches(labels)) return [];
  } catch (error) {
    if (error instanceof StatusError) return [];
    throw error;
  }
  return [invalidValue(`${path}.metadata.labels`, labels, '`selector` does not match template `labels`')];
}

/** A selector that must be there, and select less than everything. `kind` is the word in Kubernetes' message. */
export function validateSelector(selector: LabelSelector | undefined, kind: string): FieldError[] {
  if (!selector) return [required('spec.selector')];
  const errors = validateLabelSelector(selector, 'spec.selector');
  const count = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length;
  if (count === 0) errors.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${kind}`));
  return errors;
}

import { fill, isObject } from '../../json.js';
import { validateAnnotations, validateLabels } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { PodSpec, ReplicationController } from '../../types.js';
import { forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { nonNegative } from '../../validation/strings.js';
import { ageColumn, count, labelText, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';
import { defaultPodSpec } from '../pod/defaults.js';
import { validatePodSpec } from '../pod/validate.js';
import { keepSpec, keepStatus } from '../strategy.js';

type Spec = NonNullable<ReplicationController['spec']>;

/** Without a selector, or labels of its own, a controller takes those of its template. */
function defaults(controller: ReplicationController): void {
  fill(controller, 'spec', {});
  fill(controller, 'status', { replicas: 0 });
  const spec = controller.spec as Spec;
  fill(spec, 'replicas', 1);
  const labels = spec.template?.metadata?.labels;
  if (labels && Object.keys(labels).length > 0) {
    if (!spec.selector || Object.keys(spec.selector).length === 0) spec.selector = { ...labels };
    const ownLabels = controller.metadata.labels;
    if (!ownLabels || Object.keys(ownLabels).length === 0) controller.metadata.labels = { ...labels };
  }
  if (!spec.template) return;
  fill(spec.template, 'metadata', {});
  fill(spec.template, 'spec', {} as PodSpec);
  defaultPodSpec(spec.template.spec as PodSpec);
}

function validateTemplate(spec: Spec): FieldError[] {
  const { template, selector = {} } = spec;
  if (!template) return [required('spec.template')];
  const labels = template.metadata?.labels ?? {};
  const errors: FieldError[] = [];
  if (Object.entries(selector).some(([key, value]) => labels[key] !== value)) {
    const why = '`selector` does not match template `labels`';
    errors.push(invalidValue('spec.template.metadata.labels', labels, why));
  }
  errors.push(...validateLabels(labels, 'spec.template.metadata.labels'));
  errors.push(...validateAnnotations(template.metadata?.annotations, 'spec.template.metadata.annotations'));
  if (!isObject(template.spec)) return [...errors, required('spec.template.spec')];
  errors.push(...validatePodSpec(template.spec as PodSpec, 'spec.template.spec'));
  const { restartPolicy } = template.spec as PodSpec;
  if (restartPolicy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  }
  if ((template.spec as PodSpec).activeDeadlineSeconds != null) {
    const why = 'activeDeadlineSeconds in ReplicationController is not Supported';
    errors.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', why));
  }
  return errors;
}

function validate(controller: ReplicationController): FieldError[] {
  const spec = controller.spec ?? {};
  const errors: FieldError[] = [];
  for (const name of ['minReadySeconds', 'replicas'] as const) {
    const value = spec[name] ?? 0;
    if (value < 0) errors.push(invalidValue(`spec.${name}`, value, nonNegative));
  }
  if (Object.keys(spec.selector ?? {}).length === 0) errors.push(required('spec.selector'));
  return [...errors, ...validateLabels(spec.selector, 'spec.selector'), ...validateTemplate(spec)];
}

/** What the controller reports must add up. */
function validateStatus(controller: ReplicationController): FieldError[] {
  const status = controller.status ?? { replicas: 0 };
  const errors: FieldError[] = [];
  for (const name of ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    const value = status[name] ?? 0;
    if (value < 0) errors.push(invalidValue(`status.${name}`, value, nonNegative));
    if (value > status.replicas) {
      errors.push(invalidValue(`status.${name}`, value, 'cannot be greater than status.replicas'));
    }
  }
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0)) {
    const why = 'cannot be greater than readyReplicas';
    errors.push(invalidValue('status.availableReplicas', status.availableReplicas, why));
  }
  return errors;
}

const containers = (controller: ReplicationController) => controller.spec?.template?.spec?.containers ?? [];

export const replicationControllerRow = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  subresources: ['status', 'scale'],
  model: 'V1ReplicationController',
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  columns: [
    nameColumn,
    count('Desired', controller => controller.spec?.replicas ?? 0),
    count('Current', controller => controller.status?.replicas ?? 0),
    count('Ready', controller => controller.status?.readyReplicas ?? 0),
    ageColumn,
    text(
      'Containers',
      controller =>
        containers(controller)
          .map(c => c.name)
          .join(','),
      'wide',
    ),
    text(
      'Images',
      controller =>
        containers(controller)
          .map(c => c.image ?? '')
          .join(','),
      'wide',
    ),
    text('Selector', controller => labelText(controller.spec?.selector), 'wide'),
  ],
  fields: controller => ({ 'status.replicas': String(controller.status?.replicas ?? 0) }),
  defaults,
  prepareCreate(controller) {
    controller.status = { replicas: 0 };
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  generationOf: controller => controller.spec,
  validate: controller => [...validate(controller), ...validateStatus(controller)],
});

import { fill } from '../../json.js';
import { validateLabels } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { ReplicationController } from '../../types.js';
import { required } from '../../validation/errors.js';
import { notNegative } from '../../validation/numbers.js';
import { ageColumn, count, labelText, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { containerColumns } from '../workload/columns.js';
import { validateCounts } from '../workload/replicas.js';
import { defaultTemplate, validateEndless, validateMatch, validateTemplate } from '../workload/template.js';

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
  defaultTemplate(spec.template);
}

function validateOwnTemplate({ template, selector = {} }: Spec): FieldError[] {
  if (!template) return [required('spec.template')];
  return [
    ...validateMatch({ matchLabels: selector }, template, 'spec.template'),
    ...validateTemplate(template, 'spec.template'),
    ...validateEndless(template, 'ReplicationController', 'spec.template'),
  ];
}

function validate(controller: ReplicationController): FieldError[] {
  const spec = controller.spec ?? {};
  const errors = notNegative(spec, 'spec', ['minReadySeconds', 'replicas']);
  if (Object.keys(spec.selector ?? {}).length === 0) errors.push(required('spec.selector'));
  return [...errors, ...validateLabels(spec.selector, 'spec.selector'), ...validateOwnTemplate(spec)];
}

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
    ...containerColumns<ReplicationController>(controller => controller.spec?.template),
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
  validate: controller => [
    ...validate(controller),
    ...validateCounts(controller.status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']),
  ],
});

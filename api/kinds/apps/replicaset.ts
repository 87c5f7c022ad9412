import { fill, semanticEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { ReplicaSet } from '../../types.js';
import { invalidValue } from '../../validation/errors.js';
import { notNegative } from '../../validation/numbers.js';
import { ageColumn, count, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { containerColumns, selectorText } from '../workload/columns.js';
import { validateCounts } from '../workload/replicas.js';
import {
  defaultTemplate,
  validateEndless,
  validateMatch,
  validateSelector,
  validateTemplate,
} from '../workload/template.js';

type Spec = NonNullable<ReplicaSet['spec']>;

function defaults(set: ReplicaSet): void {
  fill(set, 'spec', {} as Spec);
  fill(set, 'status', { replicas: 0 });
  const spec = set.spec as Spec;
  fill(spec, 'replicas', 1);
  defaultTemplate(spec.template);
}

function validate(set: ReplicaSet): FieldError[] {
  const spec = set.spec ?? ({} as Spec);
  return [
    ...notNegative(spec, 'spec', ['replicas', 'minReadySeconds']),
    // Kubernetes' words, which it wrote for deployments.
    ...validateSelector(spec.selector, 'deployment'),
    ...validateMatch(spec.selector, spec.template, 'spec.template'),
    ...validateTemplate(spec.template, 'spec.template'),
    ...validateEndless(spec.template, 'ReplicaSet', 'spec.template'),
    ...validateCounts(
      set.status,
      ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
      ['terminatingReplicas', 'observedGeneration'],
    ),
  ];
}

export const replicaSetRow = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  subresources: ['status', 'scale'],
  model: 'V1ReplicaSet',
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  columns: [
    nameColumn,
    count('Desired', set => set.spec?.replicas ?? 0),
    count('Current', set => set.status?.replicas ?? 0),
    count('Ready', set => set.status?.readyReplicas ?? 0),
    ageColumn,
    ...containerColumns<ReplicaSet>(set => set.spec?.template),
    text('Selector', set => selectorText(set.spec?.selector), 'wide'),
  ],
  fields: set => ({ 'status.replicas': String(set.status?.replicas ?? 0) }),
  defaults,
  prepareCreate(set) {
    set.status = { replicas: 0 };
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  generationOf: set => set.spec,
  validate,
  validateUpdate: (set, old) =>
    semanticEqual(set.spec?.selector, old.spec?.selector)
      ? []
      : [invalidValue('spec.selector', set.spec?.selector, 'field is immutable')],
});

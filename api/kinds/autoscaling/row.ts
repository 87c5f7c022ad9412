import { fill } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { HorizontalPodAutoscaler } from '../../types.js';
import { invalidValue } from '../../validation/errors.js';
import { notNegative } from '../../validation/numbers.js';
import { ageColumn, count, nameColumn, text, unset } from '../columns.js';
import { storedAs } from '../conversion.js';
import { defineKind } from '../define.js';
import type { KindRow } from '../row.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { defaultBehavior, validateBehavior } from './behavior.js';
import { type Metric, validateMetric, validateReference } from './metrics.js';
import { targetsText } from './targets.js';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;

/** Without a word about metrics, pods are added when they use more than this much of the CPU that they asked for. */
const defaultUtilization = 80;

const cpuMetric = (): Metric => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: defaultUtilization } },
});

function defaults(autoscaler: HorizontalPodAutoscaler): void {
  fill(autoscaler, 'spec', {} as Spec);
  fill(autoscaler, 'status', { desiredReplicas: 0 });
  const spec = autoscaler.spec as Spec;
  fill(spec, 'minReplicas', 1);
  if (!spec.metrics?.length) spec.metrics = [cpuMetric()];
  if (spec.behavior) defaultBehavior(spec.behavior);
}

function validate(autoscaler: HorizontalPodAutoscaler): FieldError[] {
  const spec = autoscaler.spec ?? ({} as Spec);
  const { minReplicas, maxReplicas = 0, metrics = [] } = spec;
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < 1) {
    errors.push(invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  }
  if (maxReplicas < 1) errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  return [
    ...errors,
    ...validateReference(spec.scaleTargetRef, 'spec.scaleTargetRef'),
    ...metrics.flatMap((metric, index) => validateMetric(metric, `spec.metrics[${index}]`)),
    ...validateBehavior(spec.behavior, 'spec.behavior'),
    ...notNegative(autoscaler.status, 'status', ['currentReplicas', 'desiredReplicas']),
  ];
}

const referenceOf = ({ spec }: HorizontalPodAutoscaler): string =>
  `${spec?.scaleTargetRef?.kind ?? ''}/${spec?.scaleTargetRef?.name ?? ''}`;

export const horizontalPodAutoscalerRow = defineKind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  subresources: ['status'],
  model: 'V2HorizontalPodAutoscaler',
  columns: [
    nameColumn,
    text('Reference', referenceOf),
    text('Targets', targetsText),
    text('MinPods', autoscaler => String(autoscaler.spec?.minReplicas ?? unset)),
    count('MaxPods', autoscaler => autoscaler.spec?.maxReplicas ?? 0),
    count('Replicas', autoscaler => autoscaler.status?.currentReplicas ?? 0),
    ageColumn,
  ],
  defaults,
  prepareCreate(autoscaler) {
    autoscaler.status = { desiredReplicas: 0 };
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  validate,
});

const beta = { group: 'autoscaling', version: 'v2beta2', kind: 'HorizontalPodAutoscaler' };

/** What Kubernetes 1.20's own autoscaler speaks; v2 is the same by another name. */
export const horizontalPodAutoscalerV2beta2Row: KindRow = {
  ...horizontalPodAutoscalerRow,
  ...beta,
  conversion: storedAs(horizontalPodAutoscalerRow, beta),
};

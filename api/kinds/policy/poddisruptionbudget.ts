import { fill } from '../../json.js';
import { validateLabelSelector } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { PodDisruptionBudget } from '../../types.js';
import { notSupported, withoutValue } from '../../validation/errors.js';
import { atMostAll, intOrPercent, notNegative } from '../../validation/numbers.js';
import { ageColumn, count, nameColumn, text } from '../columns.js';
import { storedAs } from '../conversion.js';
import { defineKind } from '../define.js';
import type { KindRow } from '../row.js';
import { keepSpec, keepStatus } from '../strategy.js';

const nothingYet = () => ({ disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 });

const policies = ['AlwaysAllow', 'IfHealthyBudget'];

function validate(budget: PodDisruptionBudget): FieldError[] {
  const spec = budget.spec ?? {};
  const errors: FieldError[] = [];
  const bounds = (['minAvailable', 'maxUnavailable'] as const).filter(
    name => spec[name] !== undefined && spec[name] !== null,
  );
  if (bounds.length === 2) errors.push(withoutValue('spec', 'minAvailable and maxUnavailable cannot be both set'));
  for (const name of bounds) {
    errors.push(...intOrPercent(spec[name], `spec.${name}`), ...atMostAll(spec[name], `spec.${name}`));
  }
  const policy = spec.unhealthyPodEvictionPolicy;
  if (policy !== undefined && !policies.includes(policy)) {
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, policies));
  }
  return [
    ...errors,
    ...validateLabelSelector(spec.selector, 'spec.selector'),
    ...notNegative(budget.status, 'status', ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods']),
  ];
}

const bound = (value: number | string | undefined): string => String(value ?? 'N/A');

export const podDisruptionBudgetRow = defineKind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  subresources: ['status'],
  model: 'V1PodDisruptionBudget',
  columns: [
    nameColumn,
    text('Min Available', budget => bound(budget.spec?.minAvailable)),
    text('Max Unavailable', budget => bound(budget.spec?.maxUnavailable)),
    count('Allowed Disruptions', budget => budget.status?.disruptionsAllowed ?? 0),
    ageColumn,
  ],
  defaults(budget) {
    fill(budget, 'spec', {});
    fill(budget, 'status', nothingYet());
  },
  prepareCreate(budget) {
    budget.status = nothingYet();
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  generationOf: budget => budget.spec,
  validate,
});

const beta = { group: 'policy', version: 'v1beta1', kind: 'PodDisruptionBudget' };

/** What Kubernetes 1.20 speaks. There an empty selector was one of no pods; here, as in v1, it is one of all. */
export const podDisruptionBudgetV1beta1Row: KindRow = {
  ...podDisruptionBudgetRow,
  ...beta,
  conversion: storedAs(podDisruptionBudgetRow, beta),
};

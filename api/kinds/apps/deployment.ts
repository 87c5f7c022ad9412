import { fill, semanticEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { Deployment } from '../../types.js';
import { forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { amountOf, atMostAll, intOrPercent, notDecremented, notNegative } from '../../validation/numbers.js';
import { ageColumn, count, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';
import { keepSpecAndLabels, keepStatus } from '../strategy.js';
import { containerColumns, selectorText } from '../workload/columns.js';
import { validateCounts } from '../workload/replicas.js';
import {
  defaultTemplate,
  validateEndless,
  validateMatch,
  validateSelector,
  validateTemplate,
} from '../workload/template.js';

type Spec = NonNullable<Deployment['spec']>;

function defaults(deployment: Deployment): void {
  fill(deployment, 'spec', {} as Spec);
  fill(deployment, 'status', {});
  const spec = deployment.spec as Spec;
  fill(spec, 'replicas', 1);
  fill(spec, 'revisionHistoryLimit', 10);
  fill(spec, 'progressDeadlineSeconds', 600);
  fill(spec, 'strategy', {});
  const strategy = spec.strategy as NonNullable<Spec['strategy']>;
  if (!strategy.type) strategy.type = 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    fill(strategy, 'rollingUpdate', {});
    const rolling = strategy.rollingUpdate as NonNullable<typeof strategy.rollingUpdate>;
    fill(rolling, 'maxUnavailable', '25%');
    fill(rolling, 'maxSurge', '25%');
  }
  defaultTemplate(spec.template);
}

function validateRolling(strategy: NonNullable<Spec['strategy']>, path: string): FieldError[] {
  const { rollingUpdate } = strategy;
  if (!rollingUpdate) return [required(path, 'this should be defaulted and never be nil')];
  const { maxUnavailable, maxSurge } = rollingUpdate;
  const errors = [
    ...intOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...intOrPercent(maxSurge, `${path}.maxSurge`),
  ];
  if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0) {
    errors.push(invalidValue(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return [...errors, ...atMostAll(maxUnavailable, `${path}.maxUnavailable`)];
}

function validateStrategy(strategy: Spec['strategy']): FieldError[] {
  const path = 'spec.strategy';
  if (strategy?.type === 'RollingUpdate') return validateRolling(strategy, `${path}.rollingUpdate`);
  if (strategy?.type !== 'Recreate') {
    return [notSupported(`${path}.type`, strategy?.type, ['Recreate', 'RollingUpdate'])];
  }
  if (!strategy.rollingUpdate) return [];
  return [forbiddenField(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
}

function validate(deployment: Deployment): FieldError[] {
  const spec = deployment.spec ?? ({} as Spec);
  const errors = [
    ...notNegative(spec, 'spec', ['replicas']),
    ...validateSelector(spec.selector, 'deployment'),
    ...validateMatch(spec.selector, spec.template, 'spec.template'),
    ...validateTemplate(spec.template, 'spec.template'),
    ...validateEndless(spec.template, 'ReplicaSet', 'spec.template'),
    ...validateStrategy(spec.strategy),
    ...notNegative(spec, 'spec', ['minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds']),
  ];
  const deadline = spec.progressDeadlineSeconds ?? 600;
  if (deadline <= (spec.minReadySeconds ?? 0)) {
    errors.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  return [
    ...errors,
    ...validateCounts(
      deployment.status,
      ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
      ['observedGeneration', 'unavailableReplicas', 'terminatingReplicas', 'collisionCount'],
    ),
  ];
}

function validateUpdate(deployment: Deployment, old: Deployment): FieldError[] {
  const errors = notDecremented(deployment.status?.collisionCount, old.status?.collisionCount, 'status.collisionCount');
  if (!semanticEqual(deployment.spec?.selector, old.spec?.selector)) {
    errors.push(invalidValue('spec.selector', deployment.spec?.selector, 'field is immutable'));
  }
  return errors;
}

export const deploymentRow = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  subresources: ['status', 'scale'],
  model: 'V1Deployment',
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  columns: [
    nameColumn,
    text('Ready', deployment => `${deployment.status?.readyReplicas ?? 0}/${deployment.spec?.replicas ?? 0}`),
    count('Up-to-date', deployment => deployment.status?.updatedReplicas ?? 0),
    count('Available', deployment => deployment.status?.availableReplicas ?? 0),
    ageColumn,
    ...containerColumns<Deployment>(deployment => deployment.spec?.template),
    text('Selector', deployment => selectorText(deployment.spec?.selector), 'wide'),
  ],
  defaults,
  prepareCreate(deployment) {
    deployment.status = {};
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpecAndLabels,
  // Its annotations are copied to the replica sets, so a change of them is work for the controller as well.
  generationOf: deployment => [deployment.spec, deployment.metadata.annotations],
  validate,
  validateUpdate,
});

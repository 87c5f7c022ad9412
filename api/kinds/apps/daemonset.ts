import { fill, semanticEqual } from '../../json.js';
import { validateLabelSelector } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { DaemonSet } from '../../types.js';
import { invalidValue, notSupported, required } from '../../validation/errors.js';
import { amountOf, atMostAll, intOrPercent, notDecremented, notNegative } from '../../validation/numbers.js';
import { ageColumn, count, labelText, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { containerColumns, selectorText } from '../workload/columns.js';
import { defaultTemplate, validateEndless, validateMatch, validateTemplate } from '../workload/template.js';

type Spec = NonNullable<DaemonSet['spec']>;
type Strategy = NonNullable<Spec['updateStrategy']>;

const nothingYet = () => ({
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
});

function defaults(set: DaemonSet): void {
  fill(set, 'spec', {} as Spec);
  fill(set, 'status', nothingYet());
  const spec = set.spec as Spec;
  fill(spec, 'revisionHistoryLimit', 10);
  fill(spec, 'updateStrategy', {});
  const strategy = spec.updateStrategy as Strategy;
  if (!strategy.type) strategy.type = 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    fill(strategy, 'rollingUpdate', {});
    const rolling = strategy.rollingUpdate as NonNullable<Strategy['rollingUpdate']>;
    fill(rolling, 'maxUnavailable', 1);
    fill(rolling, 'maxSurge', 0);
  }
  defaultTemplate(spec.template);
}

/** One of the two must be more than nothing, and not both: a node has room for the old pod, the new one, or both in turn. */
function validateRolling(rolling: NonNullable<Strategy['rollingUpdate']>, path: string): FieldError[] {
  const { maxUnavailable, maxSurge } = rolling;
  const errors = [
    ...intOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...atMostAll(maxUnavailable, `${path}.maxUnavailable`),
    ...intOrPercent(maxSurge, `${path}.maxSurge`),
    ...atMostAll(maxSurge, `${path}.maxSurge`),
  ];
  const [unavailable, surge] = [amountOf(maxUnavailable), amountOf(maxSurge)];
  if (unavailable > 0 && surge > 0) {
    errors.push(invalidValue(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  } else if (unavailable === 0 && surge === 0) {
    errors.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  }
  return errors;
}

function validateStrategy(strategy: Strategy): FieldError[] {
  const path = 'spec.updateStrategy';
  if (strategy.type === 'OnDelete') return [];
  if (strategy.type !== 'RollingUpdate') {
    return [notSupported(`${path}.type`, strategy.type, ['RollingUpdate', 'OnDelete'])];
  }
  if (!strategy.rollingUpdate) return [required(`${path}.rollingUpdate`)];
  return validateRolling(strategy.rollingUpdate, `${path}.rollingUpdate`);
}

function validate(set: DaemonSet): FieldError[] {
  const spec = set.spec ?? ({} as Spec);
  const { matchLabels = {}, matchExpressions = [] } = spec.selector ?? {};
  const errors = [
    ...(spec.selector ? validateLabelSelector(spec.selector, 'spec.selector') : [required('spec.selector')]),
    ...validateMatch(spec.selector, spec.template, 'spec.template'),
  ];
  if (spec.selector && Object.keys(matchLabels).length + matchExpressions.length === 0) {
    errors.push(invalidValue('spec.selector', spec.selector, 'empty selector is invalid for daemonset'));
  }
  return [
    ...errors,
    ...validateTemplate(spec.template, 'spec.template'),
    ...validateEndless(spec.template, 'DaemonSet', 'spec.template'),
    ...notNegative(spec, 'spec', ['minReadySeconds']),
    ...validateStrategy(spec.updateStrategy ?? {}),
    ...notNegative(spec, 'spec', ['revisionHistoryLimit']),
    ...notNegative(set.status, 'status', [
      'currentNumberScheduled',
      'numberMisscheduled',
      'desiredNumberScheduled',
      'numberReady',
      'observedGeneration',
      'updatedNumberScheduled',
      'numberAvailable',
      'numberUnavailable',
      'collisionCount',
    ]),
  ];
}

function validateUpdate(set: DaemonSet, old: DaemonSet): FieldError[] {
  const errors = notDecremented(set.status?.collisionCount, old.status?.collisionCount, 'status.collisionCount');
  if (!semanticEqual(set.spec?.selector, old.spec?.selector)) {
    errors.push(invalidValue('spec.selector', set.spec?.selector, 'field is immutable'));
  }
  return errors;
}

export const daemonSetRow = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  subresources: ['status'],
  model: 'V1DaemonSet',
  columns: [
    nameColumn,
    count('Desired', set => set.status?.desiredNumberScheduled ?? 0),
    count('Current', set => set.status?.currentNumberScheduled ?? 0),
    count('Ready', set => set.status?.numberReady ?? 0),
    count('Up-to-date', set => set.status?.updatedNumberScheduled ?? 0),
    count('Available', set => set.status?.numberAvailable ?? 0),
    text('Node Selector', set => labelText(set.spec?.template?.spec?.nodeSelector)),
    ageColumn,
    ...containerColumns<DaemonSet>(set => set.spec?.template),
    text('Selector', set => selectorText(set.spec?.selector), 'wide'),
  ],
  defaults,
  prepareCreate(set) {
    set.status = nothingYet();
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  generationOf: set => set.spec,
  validate,
  validateUpdate,
});

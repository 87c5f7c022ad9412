/** How fast an autoscaler may act, upwards and downwards. */
import { fill } from '../../json.js';
import { tryParse } from '../../quantity.js';
import type { FieldError } from '../../status.js';
import type { HorizontalPodAutoscaler } from '../../types.js';
import { invalidValue, notSupported, required } from '../../validation/errors.js';

type Behavior = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['behavior']>;
type Rules = NonNullable<Behavior['scaleUp']>;
type Policy = NonNullable<Rules['policies']>[number];

const longestPeriod = 1800;
const longestWindow = 3600;

/** Who says something about one direction gets the rest of it, and the other, as it is without a word. */
export function defaultBehavior(behavior: Behavior): void {
  fill(behavior, 'scaleUp', {});
  fill(behavior, 'scaleDown', {});
  const { scaleUp, scaleDown } = behavior as Required<Behavior>;
  fill(scaleUp, 'stabilizationWindowSeconds', 0);
  fill(scaleUp, 'selectPolicy', 'Max');
  fill(scaleUp, 'policies', [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ]);
  fill(scaleDown, 'selectPolicy', 'Max');
  fill(scaleDown, 'policies', [{ type: 'Percent', value: 100, periodSeconds: 15 }]);
}

function validatePolicy({ type, value, periodSeconds }: Policy, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (type !== 'Pods' && type !== 'Percent') errors.push(notSupported(`${path}.type`, type, ['Percent', 'Pods']));
  if (value <= 0) errors.push(invalidValue(`${path}.value`, value, 'must be greater than zero'));
  if (periodSeconds <= 0) {
    errors.push(invalidValue(`${path}.periodSeconds`, periodSeconds, 'must be greater than zero'));
  } else if (periodSeconds > longestPeriod) {
    const why = `must be less than or equal to ${longestPeriod}`;
    errors.push(invalidValue(`${path}.periodSeconds`, periodSeconds, why));
  }
  return errors;
}

function validateRules(rules: Rules | undefined, path: string): FieldError[] {
  if (!rules) return [];
  const errors: FieldError[] = [];
  const { stabilizationWindowSeconds: seconds = 0, selectPolicy, policies = [], tolerance } = rules;
  const window = `${path}.stabilizationWindowSeconds`;
  if (seconds < 0) errors.push(invalidValue(window, seconds, 'must be greater than or equal to zero'));
  if (seconds > longestWindow) {
    errors.push(invalidValue(window, seconds, `must be less than or equal to ${longestWindow}`));
  }
  const choices = ['Disabled', 'Max', 'Min'];
  if (selectPolicy !== undefined && !choices.includes(selectPolicy)) {
    errors.push(notSupported(`${path}.selectPolicy`, selectPolicy, choices));
  }
  if ((tryParse(tolerance)?.nanos ?? 0n) < 0n) {
    errors.push(invalidValue(`${path}.tolerance`, tolerance, 'must be greater or equal to zero'));
  }
  if (policies.length === 0) errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  return [...errors, ...policies.flatMap((policy, index) => validatePolicy(policy, `${path}.policies[${index}]`))];
}

export const validateBehavior = (behavior: Behavior | undefined, path: string): FieldError[] => [
  ...validateRules(behavior?.scaleUp, `${path}.scaleUp`),
  ...validateRules(behavior?.scaleDown, `${path}.scaleDown`),
];

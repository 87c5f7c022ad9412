/** When a container by itself is started again: its own policy, and rules that come before it. */
import type { FieldError } from '../../status.js';
import type { Container } from '../../types.js';
import { notSupported, oneOf, required, tooMany } from '../../validation/errors.js';

const most = { rules: 20, values: 255 };

type Rule = NonNullable<Container['restartPolicyRules']>[number];

export function validateRestarts(container: Container, path: string): FieldError[] {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  const field = `${path}.restartPolicyRules`;
  const policies = ['Always', 'Never', 'OnFailure'];
  const errors = restartPolicy ? oneOf(`${path}.restartPolicy`, restartPolicy, policies) : [];
  if (rules.length === 0) return errors;
  if (!restartPolicy)
    errors.push(required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used'));
  if (rules.length > most.rules) errors.push(tooMany(field, rules.length, most.rules));
  return [...errors, ...rules.flatMap((rule, index) => validateRule(rule, `${field}[${index}]`))];
}

function validateRule({ action, exitCodes }: Rule, path: string): FieldError[] {
  const errors = action === 'Restart' ? [] : [notSupported(`${path}.action`, action, ['Restart'])];
  if (!exitCodes) return [...errors, required(`${path}.exitCodes`, 'must be specified')];
  const { operator, values = [] } = exitCodes;
  if (operator !== 'In' && operator !== 'NotIn')
    errors.push(notSupported(`${path}.exitCodes.operator`, operator, ['In', 'NotIn']));
  if (values.length > most.values) errors.push(tooMany(`${path}.exitCodes.values`, values.length, most.values));
  return errors;
}

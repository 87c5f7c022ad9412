/** Expressions of policies and webhooks are compiled when they are written: what cannot be is refused. */
import { type CelEnvironment, CompileError } from '../../../api/cel/index.js';
import { admissionGroup } from '../../../api/kinds/admissionregistration/webhooks.js';
import { type FieldError, invalid } from '../../../api/status.js';
import type {
  AnyObject,
  MutatingAdmissionPolicy,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
} from '../../../api/types.js';
import { invalidValue } from '../../../api/validation/errors.js';
import type { AdmissionPlugin } from '../../contracts.js';
import { conditionEnvironment, policyEnvironment } from './environment.js';
import { compileIn } from './expressions.js';

const kinds = [
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'mutatingadmissionpolicies',
];

export const expressionsCompile: AdmissionPlugin = {
  name: 'AdmissionExpressions',
  handles: ({ row, operation, info }) =>
    row.group === admissionGroup &&
    kinds.includes(row.plural) &&
    info.subresource === '' &&
    (operation === 'CREATE' || operation === 'UPDATE'),
  validate({ row, object }) {
    if (!object) return;
    const errors = complaints(row.plural, object);
    if (errors.length > 0) throw invalid(row.kind, row.group, object.metadata.name ?? '', errors);
  },
};

function complaints(plural: string, object: AnyObject): FieldError[] {
  if (plural.endsWith('policies')) return policyErrors(object as unknown as Policy);
  const { webhooks = [] } = object as unknown as MutatingWebhookConfiguration;
  return webhooks.flatMap(({ matchConditions }, i) =>
    (matchConditions ?? []).flatMap(({ expression }, j) =>
      wrong(conditionEnvironment(), expression, `webhooks[${i}].matchConditions[${j}].expression`, ['bool']),
    ),
  );
}

type Spec = NonNullable<ValidatingAdmissionPolicy['spec']> & NonNullable<MutatingAdmissionPolicy['spec']>;
/** Of both kinds: each says only what is its own. */
interface Policy {
  spec?: Spec;
}

function policyErrors({ spec = {} }: Policy): FieldError[] {
  const environment = policyEnvironment();
  const check = (expression: string | undefined, field: string, returns?: string[]): FieldError[] =>
    expression?.trim() ? wrong(environment, expression, field, returns) : [];
  return [
    ...(spec.matchConditions ?? []).flatMap(({ expression }, i) =>
      check(expression, `spec.matchConditions[${i}].expression`, ['bool']),
    ),
    ...(spec.variables ?? []).flatMap(({ expression }, i) => check(expression, `spec.variables[${i}].expression`)),
    ...(spec.validations ?? []).flatMap(({ expression, messageExpression }, i) => [
      ...check(expression, `spec.validations[${i}].expression`, ['bool']),
      ...check(messageExpression, `spec.validations[${i}].messageExpression`, ['string']),
    ]),
    ...(spec.auditAnnotations ?? []).flatMap(({ valueExpression }, i) =>
      check(valueExpression, `spec.auditAnnotations[${i}].valueExpression`, ['string', 'null']),
    ),
    ...(spec.mutations ?? []).flatMap(({ jsonPatch, applyConfiguration }, i) => [
      ...check(jsonPatch?.expression, `spec.mutations[${i}].jsonPatch.expression`),
      ...check(applyConfiguration?.expression, `spec.mutations[${i}].applyConfiguration.expression`),
    ]),
  ];
}

function wrong(environment: CelEnvironment, expression: string, field: string, returns?: string[]): FieldError[] {
  try {
    compileIn(environment, expression, returns);
    return [];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return [invalidValue(field, expression, `compilation failed: ${error.message}`)];
  }
}

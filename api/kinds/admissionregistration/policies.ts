/** Policies that judge or change what is written by expressions (CEL), without a server of their own. */
import { fill } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { MutatingAdmissionPolicy, ValidatingAdmissionPolicy } from '../../types.js';
import { complaints, duplicate, invalidValue, notSupported, required, tooLong } from '../../validation/errors.js';
import { dns1035Label, qualifiedName } from '../../validation/strings.js';
import { ageColumn, count, nameColumn, text, unset } from '../columns.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import {
  defaultMatch,
  failurePolicies,
  reinvocationPolicies,
  validateChoice,
  validateConditions,
  validateMatch,
} from './match.js';
import { admissionGroup } from './webhooks.js';

type Policy = ValidatingAdmissionPolicy | MutatingAdmissionPolicy;
type ValidatingSpec = NonNullable<ValidatingAdmissionPolicy['spec']>;
type Validation = NonNullable<ValidatingSpec['validations']>[number];
type AuditAnnotation = NonNullable<ValidatingSpec['auditAnnotations']>[number];
type ParamKind = NonNullable<ValidatingSpec['paramKind']>;
type MutatingSpec = NonNullable<MutatingAdmissionPolicy['spec']>;
type Mutation = NonNullable<MutatingSpec['mutations']>[number];

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];
const mostAuditAnnotations = 20;
const longestValueExpression = 5 * 1024;
const celIdentifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/;

function defaults(policy: Policy): void {
  fill(policy, 'spec', {});
  const spec = policy.spec as ValidatingSpec | MutatingSpec;
  fill(spec, 'failurePolicy', 'Fail');
  if (spec.matchConstraints) defaultMatch(spec.matchConstraints);
  if (policy.kind === 'MutatingAdmissionPolicy') fill(spec as MutatingSpec, 'reinvocationPolicy', 'Never');
}

function validateParamKind({ apiVersion = '', kind = '' }: ParamKind): FieldError[] {
  const path = 'spec.paramKind';
  const errors: FieldError[] = [];
  if (apiVersion === '') errors.push(required(`${path}.apiVersion`));
  else if (apiVersion.split('/').length > 2) {
    errors.push(invalidValue(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  } else {
    const version = apiVersion.split('/').at(-1) as string;
    errors.push(...complaints(`${path}.apiVersion`, version, dns1035Label(version)));
  }
  if (kind === '') errors.push(required(`${path}.kind`));
  else {
    const said = dns1035Label(kind.toLowerCase());
    if (said.length > 0) {
      const why = `may have mixed case, but should otherwise match: ${said.join(',')}`;
      errors.push(invalidValue(`${path}.kind`, kind, why));
    }
  }
  return errors;
}

/** What both kinds of policy say. */
function validateCommon(spec: ValidatingSpec | MutatingSpec): FieldError[] {
  const errors = validateChoice(spec.failurePolicy, 'spec.failurePolicy', failurePolicies);
  if (spec.paramKind) errors.push(...validateParamKind(spec.paramKind));
  const match = spec.matchConstraints;
  if (!match) errors.push(required('spec.matchConstraints'));
  else {
    errors.push(...validateMatch(match, 'spec.matchConstraints'));
    // Without a resource nobody knows the types of what the expressions are about.
    if (!match.resourceRules?.length) errors.push(required('spec.matchConstraints.resourceRules'));
  }
  errors.push(...validateConditions(spec.matchConditions, 'spec.matchConditions'));
  const variables = spec.variables ?? [];
  variables.forEach(({ name = '', expression = '' }, index) => {
    const path = `spec.variables[${index}]`;
    if (name === '') errors.push(required(`${path}.name`, 'name is not specified'));
    else if (!celIdentifier.test(name)) {
      errors.push(invalidValue(`${path}.name`, name, 'name is not a valid CEL identifier'));
    }
    if (expression.trim() === '') errors.push(required(`${path}.expression`, 'expression is not specified'));
    if (variables.findIndex(other => other.name === name) < index) errors.push(duplicate(`${path}.name`, name));
  });
  return errors;
}

const hasLineBreak = (value: string): boolean => /[\n\r]/.test(value);

function validateValidation(validation: Validation, path: string): FieldError[] {
  const { expression = '', message = '', messageExpression, reason } = validation;
  const errors: FieldError[] = [];
  const said = (message ?? '').trim();
  if (expression.trim() === '') errors.push(required(`${path}.expression`, 'expression is not specified'));
  if (messageExpression != null && messageExpression !== '' && messageExpression.trim() === '') {
    const why = 'must be non-empty if specified';
    errors.push(invalidValue(`${path}.messageExpression`, messageExpression, why));
  }
  if (message && said === '') {
    errors.push(invalidValue(`${path}.message`, message, 'message must be non-empty if specified'));
  } else if (hasLineBreak(said)) {
    errors.push(invalidValue(`${path}.message`, message, 'message must not contain line breaks'));
  } else if (hasLineBreak(expression) && said === '' && !messageExpression) {
    const why = 'message must be specified if expression contains line breaks';
    errors.push(required(`${path}.message`, why));
  }
  if (reason != null && !reasons.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, reasons));
  return errors;
}

function validateAnnotations(policy: string, annotations: readonly AuditAnnotation[]): FieldError[] {
  const field = 'spec.auditAnnotations';
  if (annotations.length > mostAuditAnnotations) {
    const why = `must not have more than ${mostAuditAnnotations} auditAnnotations`;
    return [invalidValue(field, annotations, why)];
  }
  return annotations.flatMap(({ key = '', valueExpression = '' }, index) => {
    const path = `${field}[${index}]`;
    // The key is told under the policy's name.
    const errors = key === '' ? [] : complaints(`${path}.key`, key, qualifiedName(`${policy}/${key}`));
    if (key === '') errors.push(required(`${path}.key`, 'key is not specified'));
    if (annotations.findIndex(other => other.key === key) < index) errors.push(duplicate(`${path}.key`, key));
    if (valueExpression.trim() === '') {
      errors.push(required(`${path}.valueExpression`, 'valueExpression is not specified'));
    } else if (Buffer.byteLength(valueExpression) > longestValueExpression) {
      errors.push(tooLong(`${path}.valueExpression`, longestValueExpression));
    }
    return errors;
  });
}

function validateValidating({ metadata, spec = {} }: ValidatingAdmissionPolicy): FieldError[] {
  const { validations = [], auditAnnotations = [] } = spec;
  const errors = validateCommon(spec);
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const why = 'validations or auditAnnotations must be non-empty';
    return [...errors, required('spec.validations', why), required('spec.auditAnnotations', why)];
  }
  return [
    ...errors,
    ...validations.flatMap((validation, index) => validateValidation(validation, `spec.validations[${index}]`)),
    ...validateAnnotations(metadata.name ?? '', auditAnnotations),
  ];
}

function validateMutation(mutation: Mutation, path: string): FieldError[] {
  const { patchType, applyConfiguration, jsonPatch } = mutation;
  const choices = ['ApplyConfiguration', 'JSONPatch'];
  const wrongType = validateChoice(patchType, `${path}.patchType`, choices);
  if (wrongType.length > 0) return wrongType;
  const errors: FieldError[] = [];
  const ways = {
    ApplyConfiguration: ['applyConfiguration', applyConfiguration],
    JSONPatch: ['jsonPatch', jsonPatch],
  } as const;
  for (const [type, [field, way]] of Object.entries(ways)) {
    const at = `${path}.${field}`;
    if (type !== patchType) {
      if (way) errors.push(invalidValue(at, {}, `${field} may only be specified when patchType is ${type}`));
    } else if (!way) errors.push(required(at, `must be specified when patchType is ${type}`));
    else if (!way.expression?.trim()) errors.push(required(`${at}.expression`, 'expression is not specified'));
  }
  return errors;
}

function validateMutating({ spec = {} }: MutatingAdmissionPolicy): FieldError[] {
  const mutations = spec.mutations ?? [];
  const errors = [
    ...validateCommon(spec),
    ...validateChoice(spec.reinvocationPolicy, 'spec.reinvocationPolicy', reinvocationPolicies),
  ];
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  return [...errors, ...mutations.flatMap((mutation, index) => validateMutation(mutation, `spec.mutations[${index}]`))];
}

const paramText = ({ spec }: Policy): string =>
  spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : unset;

export const validatingAdmissionPolicyRow = defineKind<ValidatingAdmissionPolicy>({
  group: admissionGroup,
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  namespaced: false,
  subresources: ['status'],
  model: 'V1ValidatingAdmissionPolicy',
  columns: [
    nameColumn,
    count('Validations', policy => policy.spec?.validations?.length ?? 0),
    text('ParamKind', paramText),
    ageColumn,
  ],
  defaults(policy) {
    defaults(policy);
    fill(policy, 'status', {});
  },
  prepareCreate(policy) {
    policy.status = {};
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  generationOf: policy => policy.spec,
  validate: validateValidating,
});

export const mutatingAdmissionPolicyRow = defineKind<MutatingAdmissionPolicy>({
  group: admissionGroup,
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  namespaced: false,
  model: 'V1MutatingAdmissionPolicy',
  columns: [
    nameColumn,
    count('Mutations', policy => policy.spec?.mutations?.length ?? 0),
    text('ParamKind', paramText),
    ageColumn,
  ],
  defaults,
  generationOf: policy => policy.spec,
  validate: validateMutating,
});

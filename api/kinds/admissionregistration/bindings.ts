/** A binding puts a policy to work: over what, with which parameters, and what follows when it says no. */
import { fill } from '../../json.js';
import { validateLabelSelector } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { MutatingAdmissionPolicyBinding, ValidatingAdmissionPolicyBinding } from '../../types.js';
import {
  complaints,
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../validation/errors.js';
import { dns1123Subdomain, pathSegment } from '../../validation/strings.js';
import { ageColumn, nameColumn, selectorText, text, unset } from '../columns.js';
import { defineKind } from '../define.js';
import { defaultMatch, validateChoice, validateMatch } from './match.js';
import { admissionGroup } from './webhooks.js';

type Binding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding;
type ParamRef = NonNullable<NonNullable<Binding['spec']>['paramRef']>;

const actions = ['Audit', 'Deny', 'Warn'];

function defaults(binding: Binding): void {
  fill(binding, 'spec', {});
  if (binding.spec?.matchResources) defaultMatch(binding.spec.matchResources);
}

function validateParamRef({ name = '', selector, parameterNotFoundAction: action }: ParamRef): FieldError[] {
  const path = 'spec.paramRef';
  const errors: FieldError[] = name ? complaints(`${path}.name`, name, pathSegment(name)) : [];
  if (name && selector) {
    const why = 'name and selector are mutually exclusive';
    errors.push(forbiddenField(`${path}.name`, why), forbiddenField(`${path}.selector`, why));
  }
  if (!name && !selector) errors.push(required(path, 'one of name or selector must be specified'));
  errors.push(...validateLabelSelector(selector, `${path}.selector`));
  return [...errors, ...validateChoice(action, `${path}.parameterNotFoundAction`, ['Allow', 'Deny'])];
}

function validateCommon({ spec }: Binding): FieldError[] {
  const { policyName = '', paramRef, matchResources } = spec ?? {};
  return [
    ...(policyName
      ? complaints('spec.policyName', policyName, dns1123Subdomain(policyName))
      : [required('spec.policyName')]),
    ...(paramRef ? validateParamRef(paramRef) : []),
    ...(matchResources ? validateMatch(matchResources, 'spec.matchResources') : []),
  ];
}

function validateActions(asked: readonly string[]): FieldError[] {
  const field = 'spec.validationActions';
  if (asked.length === 0) return [required(field)];
  const errors = asked.flatMap((action, index) => {
    if (!actions.includes(action)) return [notSupported(`${field}[${index}]`, action, actions)];
    return asked.indexOf(action) < index ? [duplicate(`${field}[${index}]`, action)] : [];
  });
  if (!asked.includes('Deny') || !asked.includes('Warn')) return errors;
  const why =
    'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
  return [...errors, invalidValue(field, asked, why)];
}

function paramText({ spec }: Binding): string {
  const { paramRef } = spec ?? {};
  if (paramRef?.name) return `${paramRef.namespace || '*'}/${paramRef.name}`;
  return paramRef?.selector ? selectorText(paramRef.selector) : unset;
}

const alike = {
  group: admissionGroup,
  version: 'v1',
  namespaced: false,
  columns: [
    nameColumn,
    text<Binding>('PolicyName', binding => binding.spec?.policyName ?? ''),
    text<Binding>('ParamRef', paramText),
    ageColumn,
  ],
  defaults,
  generationOf: (binding: Binding) => binding.spec,
};

export const validatingAdmissionPolicyBindingRow = defineKind<ValidatingAdmissionPolicyBinding>({
  ...alike,
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  model: 'V1ValidatingAdmissionPolicyBinding',
  validate: binding => [...validateCommon(binding), ...validateActions(binding.spec?.validationActions ?? [])],
});

export const mutatingAdmissionPolicyBindingRow = defineKind<MutatingAdmissionPolicyBinding>({
  ...alike,
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  model: 'V1MutatingAdmissionPolicyBinding',
  validate: validateCommon,
});

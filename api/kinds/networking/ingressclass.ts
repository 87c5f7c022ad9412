import { fill } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { IngressClass } from '../../types.js';
import { validateDomainPath } from '../../validation/domain-path.js';
import { complaints, forbiddenField, immutable, notSupported, required, tooLong } from '../../validation/errors.js';
import { dns1123Label } from '../../validation/strings.js';
import { ageColumn, nameColumn, none, text } from '../columns.js';
import { defineKind } from '../define.js';
import { networkingGroup } from './group.js';
import { validateLocalReference } from './reference.js';

type Parameters = NonNullable<NonNullable<IngressClass['spec']>['parameters']>;

const longestController = 250;

/** Ingresses that name no class are of the class that carries it, with the value 'true'. */
export const isDefaultIngressClass = ({ metadata }: Pick<IngressClass, 'metadata'>): boolean =>
  metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true';

function validateParameters(parameters: Parameters, path: string): FieldError[] {
  const { scope, namespace } = parameters;
  const errors = validateLocalReference(parameters, path);
  const field = `${path}.namespace`;
  if (!scope) return [...errors, required(`${path}.scope`)];
  if (scope === 'Namespace') {
    if (!namespace) errors.push(required(field, "`parameters.scope` is set to 'Namespace'"));
    else errors.push(...complaints(field, namespace, dns1123Label(namespace)));
  } else if (scope === 'Cluster') {
    if (namespace != null) errors.push(forbiddenField(field, "`parameters.scope` is set to 'Cluster'"));
  } else errors.push(notSupported(`${path}.scope`, scope, ['Cluster', 'Namespace']));
  return errors;
}

function validate({ spec }: IngressClass): FieldError[] {
  const { controller = '', parameters } = spec ?? {};
  const errors: FieldError[] = [];
  if (controller.length > longestController) errors.push(tooLong('spec.controller', longestController));
  errors.push(...validateDomainPath(controller ?? '', 'spec.controller'));
  return parameters ? [...errors, ...validateParameters(parameters, 'spec.parameters')] : errors;
}

function parametersText({ spec }: IngressClass): string {
  const parameters = spec?.parameters;
  if (!parameters) return none;
  const group = parameters.apiGroup == null ? '' : `.${parameters.apiGroup}`;
  return `${parameters.kind}${group}/${parameters.name}`;
}

export const ingressClassRow = defineKind<IngressClass>({
  group: networkingGroup,
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  namespaced: false,
  model: 'V1IngressClass',
  columns: [
    nameColumn,
    text('Controller', ingressClass => ingressClass.spec?.controller ?? ''),
    text('Parameters', parametersText),
    ageColumn,
  ],
  defaults(ingressClass) {
    fill(ingressClass, 'spec', {});
    if (ingressClass.spec?.parameters) fill(ingressClass.spec.parameters, 'scope', 'Cluster');
  },
  generationOf: ingressClass => ingressClass.spec,
  validate,
  validateUpdate: ({ spec }, { spec: old }) =>
    (spec?.controller ?? '') === (old?.controller ?? '') ? [] : [immutable('spec.controller', spec?.controller)],
});

import { fill, semanticEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { FlowSchema } from '../../types.js';
import { complaints, forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { dns1123Label, dns1123Subdomain } from '../../validation/strings.js';
import { ageColumn, count, nameColumn, none, text } from '../columns.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { validateConditions } from './conditions.js';
import { flowControlGroup, mandatorySchemas } from './objects.js';

type Spec = NonNullable<FlowSchema['spec']>;
type Rule = NonNullable<Spec['rules']>[number];
type Subject = Rule['subjects'][number];
type ResourceRule = NonNullable<Rule['resourceRules']>[number];
type PathRule = NonNullable<Rule['nonResourceRules']>[number];

const greatestPrecedence = 10_000;
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

/** The field of a subject that says who, by its kind. */
const subjectFields = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const;

function defaults(schema: FlowSchema): void {
  fill(schema, 'spec', { priorityLevelConfiguration: { name: '' } });
  fill(schema, 'status', {});
  const spec = schema.spec as Spec;
  if (!spec.matchingPrecedence) spec.matchingPrecedence = 1000;
}

function validateSubject(subject: Subject, path: string): FieldError[] {
  const kind = subject.kind as keyof typeof subjectFields;
  if (!Object.hasOwn(subjectFields, kind ?? '')) {
    return [notSupported(`${path}.kind`, kind ?? '', Object.keys(subjectFields))];
  }
  const errors: FieldError[] = [];
  for (const [other, field] of Object.entries(subjectFields)) {
    const said = subject[field];
    const at = `${path}.${field}`;
    if (other !== kind) {
      if (said) errors.push(forbiddenField(at, `${field} is forbidden when subject kind is not '${other}'`));
    } else if (!said) errors.push(required(at, `${field} is required when subject kind is '${kind}'`));
    else if (!said.name) errors.push(required(`${at}.name`));
  }
  if (kind === 'ServiceAccount' && subject.serviceAccount) {
    const { name, namespace } = subject.serviceAccount;
    const at = `${path}.serviceAccount`;
    if (name && name !== '*') errors.push(...complaints(`${at}.name`, name, dns1123Subdomain(name)));
    if (!namespace) errors.push(required(`${at}.namespace`, 'must specify namespace for service account'));
    else errors.push(...complaints(`${at}.namespace`, namespace, dns1123Label(namespace)));
  }
  return errors;
}

/** A list in which '*' is everything, and stands alone. */
function validateList(values: readonly string[], field: string, whenEmpty: string, others: string): FieldError[] {
  if (values.length === 0) return [required(field, whenEmpty)];
  if (values.length === 1 || !values.includes('*')) return [];
  return [invalidValue(field, values, `if '*' is present, must not specify other ${others}`)];
}

function validateVerbs(asked: readonly string[], field: string): FieldError[] {
  const errors = validateList(asked, field, 'verbs must contain at least one value', 'verbs');
  if (errors.length > 0 || asked.every(verb => verb === '*' || verbs.includes(verb))) return errors;
  return [notSupported(field, asked, verbs)];
}

function validateResourceRule(rule: ResourceRule, path: string): FieldError[] {
  const namespaces = rule.namespaces ?? [];
  const errors = [
    ...validateVerbs(rule.verbs ?? [], `${path}.verbs`),
    ...validateList(
      rule.apiGroups ?? [],
      `${path}.apiGroups`,
      'resource rules must supply at least one api group',
      'api groups',
    ),
    ...validateList(
      rule.resources ?? [],
      `${path}.resources`,
      'resource rules must supply at least one resource',
      'resources',
    ),
  ];
  const field = `${path}.namespaces`;
  if (namespaces.length === 0) {
    if (rule.clusterScope) return errors;
    const why = 'resource rules that are not cluster scoped must supply at least one namespace';
    return [...errors, required(field, why)];
  }
  if (namespaces.includes('*')) return [...errors, ...validateList(namespaces, field, '', 'namespaces')];
  const intro = "each member of this list must be '*' or a DNS-1123 label; ";
  return [
    ...errors,
    ...namespaces.flatMap((name, index) =>
      dns1123Label(name).map(why => invalidValue(`${field}[${index}]`, name, intro + why)),
    ),
  ];
}

function validatePath(url: string, field: string): FieldError[] {
  if (url === '') return [invalidValue(field, url, 'must not be empty')];
  if (url === '/') return [];
  if (!url.startsWith('/')) return [invalidValue(field, url, 'must start with slash')];
  if (url.includes(' ')) return [invalidValue(field, url, 'must not contain white-space')];
  if (url.includes('//')) return [invalidValue(field, url, 'must not contain double slash')];
  const star = url.indexOf('*');
  if (star < 0 || (star === url.length - 1 && url.at(-2) === '/')) return [];
  return [invalidValue(field, url, 'wildcard can only do suffix matching')];
}

function validatePathRule(rule: PathRule, path: string): FieldError[] {
  const urls = rule.nonResourceURLs ?? [];
  const field = `${path}.nonResourceURLs`;
  const errors = [
    ...validateVerbs(rule.verbs ?? [], `${path}.verbs`),
    ...validateList(urls, field, 'nonResourceURLs must contain at least one value', 'non-resource URLs'),
  ];
  if (urls.includes('*')) return errors;
  return [...errors, ...urls.flatMap((url, index) => validatePath(url, `${field}[${index}]`))];
}

function validateRule(rule: Rule, path: string): FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  const errors = subjects.flatMap((subject, index) => validateSubject(subject, `${path}.subjects[${index}]`));
  if (subjects.length === 0) errors.push(required(`${path}.subjects`, 'subjects must contain at least one value'));
  if (resourceRules.length + nonResourceRules.length === 0) {
    errors.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  return [
    ...errors,
    ...resourceRules.flatMap((each, index) => validateResourceRule(each, `${path}.resourceRules[${index}]`)),
    ...nonResourceRules.flatMap((each, index) => validatePathRule(each, `${path}.nonResourceRules[${index}]`)),
  ];
}

function validatePrecedence(name: string | undefined, precedence: number): FieldError[] {
  const refused = (why: string): FieldError[] => [invalidValue('spec.matchingPrecedence', precedence, why)];
  if (precedence <= 0) return refused('must be a positive value');
  if (precedence > greatestPrecedence) return refused(`must not be greater than ${greatestPrecedence}`);
  if (precedence > 1 || name === 'exempt') return [];
  return refused("only the schema named 'exempt' may have matchingPrecedence 1");
}

function validate(schema: FlowSchema): FieldError[] {
  const { metadata, spec } = schema;
  const errors = validatePrecedence(metadata.name, spec?.matchingPrecedence ?? 0);
  const method = spec?.distinguisherMethod;
  if (method && !['ByNamespace', 'ByUser'].includes(method.type)) {
    errors.push(notSupported('spec.distinguisherMethod.type', method.type, ['ByNamespace', 'ByUser']));
  }
  const level = spec?.priorityLevelConfiguration?.name ?? '';
  const field = 'spec.priorityLevelConfiguration.name';
  if (level === '') errors.push(required(field, 'must reference a priority level'));
  else errors.push(...complaints(field, level, dns1123Subdomain(level)));
  errors.push(...(spec?.rules ?? []).flatMap((rule, index) => validateRule(rule, `spec.rules[${index}]`)));
  const fixed = mandatorySchemas.find(each => each.metadata.name === metadata.name)?.spec;
  if (fixed && !semanticEqual(spec, fixed)) {
    errors.push(invalidValue('spec', spec, `spec of '${metadata.name}' must equal the fixed value`));
  }
  return [...errors, ...validateConditions(schema)];
}

export const flowSchemaRow = defineKind<FlowSchema>({
  group: flowControlGroup,
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  namespaced: false,
  subresources: ['status'],
  model: 'V1FlowSchema',
  columns: [
    nameColumn,
    text('PriorityLevel', schema => schema.spec?.priorityLevelConfiguration?.name ?? ''),
    count('MatchingPrecedence', schema => schema.spec?.matchingPrecedence ?? 0),
    text('DistinguisherMethod', schema => schema.spec?.distinguisherMethod?.type ?? none),
    ageColumn,
    text('MissingPL', schema => schema.status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?'),
  ],
  defaults,
  prepareCreate(schema) {
    schema.status = {};
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  generationOf: schema => schema.spec,
  validate,
});

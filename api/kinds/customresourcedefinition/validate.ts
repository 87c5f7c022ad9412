/** What is wrong with a definition. Its schemas are judged in api/structural. */
import { deepEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import { checkNewCosts, checkSchema } from '../../structural/check.js';
import type { JsonSchema } from '../../structural/schema.js';
import type { CustomResourceDefinition } from '../../types.js';
import { forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { dns1035Label, dns1123Subdomain } from '../../validation/strings.js';
import { validateConversion } from './validate-conversion.js';
import { validateColumns, validateSelectable, validateSubresources } from './validate-parts.js';

type Spec = CustomResourceDefinition['spec'];
type Version = Spec['versions'][number];
type Names = Spec['names'];

const joined = (field: string, value: unknown, said: readonly string[], before = ''): FieldError[] =>
  said.length === 0 ? [] : [invalidValue(field, value, before + said.join(','))];

const approval = 'api-approved.kubernetes.io';

/** Groups of Kubernetes' own need its word. */
function validateApproval({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  const isProtected = /(^|\.)(k8s|kubernetes)\.io$/.test(spec.group);
  const said = metadata.annotations?.[approval];
  const field = `metadata.annotations[${approval}]`;
  if (!isProtected || said?.startsWith('unapproved')) return [];
  if (!said) {
    const why = `protected groups must have approval annotation ${JSON.stringify(approval)}, see https://github.com/kubernetes/enhancements/pull/1111`;
    return [required(field, why)];
  }
  const isUrl = URL.canParse(said) && new URL(said).host !== '';
  const why = `protected groups must have approval annotation ${JSON.stringify(approval)} with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`;
  return isUrl ? [] : [invalidValue(field, said, why)];
}

export function validateDefinition(crd: CustomResourceDefinition): FieldError[] {
  const { metadata, spec } = crd;
  // Required by the model, but nothing stands for it.
  if (!spec?.names) return [required('spec.names')];
  const wanted = `${spec.names.plural}.${spec.group}`;
  return [
    ...(metadata.name === wanted
      ? []
      : [invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group')]),
    ...validateSpec(spec),
    ...validateNames(crd.status?.acceptedNames, 'status.acceptedNames'),
    ...validateStored(crd),
    ...validateApproval(crd),
  ];
}

function validateSpec(spec: Spec): FieldError[] {
  const { group, scope, names, versions = [], preserveUnknownFields } = spec;
  const errors: FieldError[] = [];
  if (!group) errors.push(required('spec.group'));
  else if (dns1123Subdomain(group).length > 0) errors.push(...joined('spec.group', group, dns1123Subdomain(group)));
  else if (!group.includes('.'))
    errors.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'));
  const scopes = ['Cluster', 'Namespaced'];
  if (!scope) errors.push(required('spec.scope'));
  else if (!scopes.includes(scope)) errors.push(notSupported('spec.scope', scope, scopes));
  versions.forEach((version, index) => {
    errors.push(...validateVersion(version, `spec.versions[${index}]`));
  });
  const shown = versions.map(({ name }) => name);
  if (new Set(shown).size < shown.length)
    errors.push(invalidValue('spec.versions', shown, 'must contain unique version names'));
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(invalidValue('spec.versions', shown, 'must have exactly one version marked as storage version'));
  }
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if (!names[name]) errors.push(required(`spec.names.${name}`));
  }
  errors.push(...validateNames(names, 'spec.names'), ...validateConversion(spec.conversion));
  if (preserveUnknownFields) {
    const why =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(invalidValue('spec.preserveUnknownFields', true, why));
  }
  return errors;
}

function validateNames(names: Names | undefined, path: string): FieldError[] {
  if (!names) return [];
  const { plural = '', singular = '', kind = '', listKind = '', shortNames = [], categories = [] } = names;
  const label = (field: string, value: string): FieldError[] =>
    value === '' ? [] : joined(`${path}.${field}`, value, dns1035Label(value));
  const mixed = (field: string, value: string): FieldError[] =>
    value === ''
      ? []
      : joined(
          `${path}.${field}`,
          value,
          dns1035Label(value.toLowerCase()),
          'may have mixed case, but should otherwise match: ',
        );
  return [
    ...label('plural', plural),
    ...label('singular', singular),
    ...mixed('kind', kind),
    ...mixed('listKind', listKind),
    ...shortNames.flatMap((name, index) => label(`shortNames[${index}]`, name)),
    ...(kind !== '' && kind === listKind
      ? [invalidValue(`${path}.listKind`, listKind, 'kind and listKind may not be the same')]
      : []),
    ...categories.flatMap((name, index) => label(`categories[${index}]`, name)),
  ];
}

function validateVersion(version: Version, path: string): FieldError[] {
  const { name, subresources, additionalPrinterColumns = [], deprecated, deprecationWarning } = version;
  const errors = joined(`${path}.name`, name, dns1035Label(name));
  if (deprecationWarning !== undefined) {
    const field = `${path}.deprecationWarning`;
    if (!deprecated) errors.push(invalidValue(field, deprecationWarning, 'can only be set for deprecated versions'));
    if (deprecationWarning.length > 256)
      errors.push(invalidValue(field, deprecationWarning, 'must be <= 256 characters long'));
    if (deprecationWarning === '') errors.push(invalidValue(field, deprecationWarning, 'must not be an empty string'));
  }
  const root = schemaOf(version);
  if (!root) return [...errors, required(`${path}.schema.openAPIV3Schema`, 'schemas are required')];
  return [
    ...errors,
    ...checkSchema(root, `${path}.schema.openAPIV3Schema`),
    ...validateSubresources(subresources, `${path}.subresources`),
    ...validateColumns(additionalPrinterColumns, `${path}.additionalPrinterColumns`),
    ...validateSelectable(version.selectableFields ?? [], root, `${path}.selectableFields`),
  ];
}

function validateStored({ spec, status }: CustomResourceDefinition): FieldError[] {
  const stored = status?.storedVersions ?? [];
  const field = 'status.storedVersions';
  if (stored.length === 0) return [invalidValue(field, stored, 'must have at least one stored version')];
  const errors: FieldError[] = [];
  for (const { name, storage } of spec.versions ?? []) {
    if (storage && !stored.includes(name))
      errors.push(invalidValue(field, stored, `must have the storage version ${name}`));
  }
  stored.forEach((name, index) => {
    const known = spec.versions?.some(version => version.name === name);
    if (!known) errors.push(invalidValue(`${field}[${index}]`, name, 'must appear in spec.versions'));
  });
  return errors;
}

const schemaOf = ({ schema }: Version): JsonSchema | undefined => schema?.openAPIV3Schema as JsonSchema | undefined;

/** Rules that could become too expensive are refused when they are new. */
export function validateCosts(crd: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  return (crd.spec?.versions ?? []).flatMap((version, index) => {
    const [schema, before] = [version, old?.spec?.versions?.find(({ name }) => name === version.name)].map(
      each => each && schemaOf(each),
    );
    const path = `spec.versions[${index}].schema.openAPIV3Schema`;
    return schema ? checkNewCosts(schema, path, before) : [];
  });
}

const isEstablished = ({ status }: CustomResourceDefinition): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Established' && value === 'True') ?? false;

/** What has keys and clients already keeps its names. */
export function validateDefinitionUpdate(crd: CustomResourceDefinition, old: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  const fixed = (field: string, now: unknown, before: unknown): void => {
    if (!deepEqual(now, before)) errors.push(invalidValue(field, now, 'field is immutable'));
  };
  if (!crd.spec?.names || !old.spec?.names) return [forbiddenField('spec', 'must not be removed')];
  if (isEstablished(old)) {
    fixed('spec.scope', crd.spec.scope, old.spec.scope);
    fixed('spec.names.kind', crd.spec.names.kind, old.spec.names.kind);
  }
  fixed('spec.group', crd.spec.group, old.spec.group);
  fixed('spec.names.plural', crd.spec.names.plural, old.spec.names.plural);
  return [...errors, ...validateCosts(crd, old)];
}

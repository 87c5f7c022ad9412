/** CustomResourceDefinition: a kind that a user adds. What it makes of the server is in apiserver/extensions. */
import { fill, isObject } from '../../json.js';
import { conform } from '../../schema/conform.js';
import { badRequest } from '../../status.js';
import type { CustomResourceDefinition } from '../../types.js';
import { createdAtColumn, nameColumn } from '../columns.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { validateCosts, validateDefinition, validateDefinitionUpdate } from './validate.js';

/** Holds a definition until all its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export const storageVersionOf = (crd: CustomResourceDefinition): string =>
  crd.spec?.versions?.find(({ storage }) => storage)?.name ?? '';

/** The version that is stored now is among those in which objects may be. */
function rememberStored(crd: CustomResourceDefinition): void {
  const stored = crd.status?.storedVersions ?? [];
  const now = storageVersionOf(crd);
  if (now !== '' && !stored.includes(now)) crd.status = { ...crd.status, storedVersions: [...stored, now] };
}

const schemaType = { model: 'V1JSONSchemaProps' };

/**
 * The model says of `items` and `additionalProperties` only that they are something: what is within them is read here.
 * Throws BadRequest for a value of the wrong type.
 */
function readSchemas(value: unknown, depth = 0): void {
  if (depth > 1000 || !isObject(value)) return;
  for (const name of ['items', 'additionalProperties']) {
    const inner = value[name];
    if (!isObject(inner)) continue;
    const { wrong } = conform(schemaType, inner);
    if (wrong !== undefined)
      throw badRequest(
        `CustomResourceDefinition in version "v1" cannot be handled as a CustomResourceDefinition: ${wrong}`,
      );
    readSchemas(inner, depth + 1);
  }
  if (isObject(value.properties)) for (const inner of Object.values(value.properties)) readSchemas(inner, depth + 1);
  for (const name of ['allOf', 'anyOf', 'oneOf']) {
    if (Array.isArray(value[name])) for (const inner of value[name]) readSchemas(inner, depth + 1);
  }
  readSchemas(value.not, depth + 1);
}

function defaults(crd: CustomResourceDefinition): void {
  const { spec } = crd;
  if (!isObject(spec)) return;
  if (isObject(spec.names) && spec.names.kind) {
    if (!spec.names.singular) spec.names.singular = spec.names.kind.toLowerCase();
    if (!spec.names.listKind) spec.names.listKind = `${spec.names.kind}List`;
  }
  fill(spec, 'conversion', { strategy: 'None' });
  const service = spec.conversion?.webhook?.clientConfig?.service;
  if (service) fill(service, 'port', 443);
  for (const version of spec.versions ?? []) readSchemas(version.schema?.openAPIV3Schema);
}

export const customResourceDefinitionRow = defineKind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  subresources: ['status'],
  model: 'V1CustomResourceDefinition',
  columns: [nameColumn, createdAtColumn],
  deletionFinalizer: cleanupFinalizer,
  defaults,
  prepareCreate(crd) {
    crd.status = { conditions: [], acceptedNames: { plural: '', kind: '' }, storedVersions: [] };
    rememberStored(crd);
  },
  prepareUpdate(crd, old) {
    keepStatus(crd, old);
    rememberStored(crd);
  },
  prepareStatusUpdate: keepSpec,
  validate: validateDefinition,
  validateCreate: crd => validateCosts(crd),
  validateUpdate: validateDefinitionUpdate,
  generationOf: crd => crd.spec,
});

/** The rows that a definition adds to the table of kinds: one a version that is served. */
import { clone, deepEqual } from '../../api/json.js';
import { parsePath, simplePath, valuesAt } from '../../api/jsonpath/paths.js';
import type { Conversion } from '../../api/kinds/conversion.js';
import { storageVersionOf } from '../../api/kinds/customresourcedefinition/row.js';
import { allVerbs } from '../../api/kinds/define.js';
import type { KindRow } from '../../api/kinds/row.js';
import { keepStatus } from '../../api/kinds/strategy.js';
import type { FieldError } from '../../api/status.js';
import { applyDefaults, hasDefaults, lacksDefaults } from '../../api/structural/defaults.js';
import { fieldTypesOf } from '../../api/structural/field-types.js';
import { duplicatesIn } from '../../api/structural/lists.js';
import { prune } from '../../api/structural/prune.js';
import { ruleErrors } from '../../api/structural/rules.js';
import type { JsonSchema } from '../../api/structural/schema.js';
import { validateValue } from '../../api/structural/validate.js';
import type { AnyObject, CustomResourceDefinition } from '../../api/types.js';
import { columnsOf } from './columns.js';
import type { Convert } from './conversion.js';

type Version = CustomResourceDefinition['spec']['versions'][number];

/** The definition as it is served: with the names that were accepted. `convert` makes one version of another. */
export function rowsOf(crd: CustomResourceDefinition, convert: Convert): KindRow[] {
  return crd.spec.versions.filter(({ served }) => served).map(version => rowOf(crd, version, convert));
}

/** The row that says how the objects are stored, be its version served or not. */
export function storageRowOf(crd: CustomResourceDefinition, convert: Convert): KindRow | undefined {
  const version = crd.spec.versions.find(({ storage }) => storage);
  return version && rowOf(crd, version, convert);
}

function rowOf(crd: CustomResourceDefinition, version: Version, convert: Convert): KindRow {
  const { group, scope } = crd.spec;
  const {
    plural,
    singular = '',
    kind,
    listKind,
    shortNames = [],
    categories = [],
  } = crd.status?.acceptedNames ?? crd.spec.names;
  const schema = (version.schema?.openAPIV3Schema ?? {}) as JsonSchema;
  const hasStatus = version.subresources?.status !== undefined;
  const scale = version.subresources?.scale;
  const going = crd.metadata.deletionTimestamp !== undefined;
  const namedFields = (version.selectableFields ?? []).map(({ jsonPath }) => ({
    name: jsonPath.slice(1),
    path: parsePath(jsonPath),
  }));
  return {
    group,
    version: version.name,
    kind,
    plural,
    singular,
    ...(listKind ? { listKind } : {}),
    shortNames,
    categories,
    namespaced: scope === 'Namespaced',
    verbs: going ? allVerbs.filter(verb => verb !== 'create') : allVerbs,
    subresources: [...(hasStatus ? ['status' as const] : []), ...(scale ? ['scale' as const] : [])],
    // Unlike any model of a built-in kind: definitions of OpenAPI go by this name.
    model: [...group.split('.').reverse(), version.name, kind].join('.'),
    nameRule: 'dns1123Subdomain',
    columns: columnsOf(version),
    custom: true,
    structural: schema,
    fieldTypes: fieldTypesOf(schema),
    ...(version.deprecated ? { deprecation: deprecationOf(crd, version) } : {}),
    ...(namedFields.length > 0
      ? { fields: object => Object.fromEntries(namedFields.map(field => [field.name, textAt(field.path, object)])) }
      : {}),
    ...(scale ? { scale: scalePaths(scale) } : {}),
    conversion: conversionOf(crd, version, schema, convert),
    ...writing(schema, hasStatus),
  };
}

const textAt = (path: ReturnType<typeof parsePath>, object: AnyObject): string => {
  const [value] = valuesAt(path, object);
  return value === undefined || value === null ? '' : String(value);
};

function scalePaths(scale: NonNullable<NonNullable<Version['subresources']>['scale']>): NonNullable<KindRow['scale']> {
  const names = (path: string | undefined): string => (path ? (simplePath(path) ?? []).join('.') : '');
  return {
    specReplicas: names(scale.specReplicasPath),
    statusReplicas: names(scale.statusReplicasPath),
    selector: names(scale.labelSelectorPath),
  };
}

function deprecationOf({ spec }: CustomResourceDefinition, { name, deprecationWarning }: Version): string {
  return deprecationWarning ?? `${spec.group}/${name} ${spec.names.kind} is deprecated`;
}

/** What creating and updating do to an object of this schema. */
function writing(schema: JsonSchema, hasStatus: boolean): Partial<KindRow> {
  const errors = (object: AnyObject, old?: AnyObject): FieldError[] => {
    const wrong = [...validateValue(object, schema, '', old), ...duplicatesIn(object, schema)];
    // Rules may count on what the schema promises.
    return wrong.length > 0 ? wrong : ruleErrors(object, schema, old);
  };
  return {
    defaults: object => applyDefaults(object, schema),
    prepareCreate(object) {
      if (hasStatus) delete object.status;
    },
    prepareUpdate(object, old) {
      if (hasStatus) keepStatus(object, old);
    },
    prepareStatusUpdate: keepAllButStatus,
    validate: object => errors(object),
    validateChange: (object, old) => [...errors(object, old)],
    generationOf: ({ metadata: _, status, ...rest }) => (hasStatus ? rest : { ...rest, status }),
  };
}

/** Through /status nothing else changes: not even labels, as with built-in kinds. */
function keepAllButStatus(object: AnyObject, old: AnyObject): void {
  const { status } = object;
  const { managedFields } = object.metadata;
  for (const key of Object.keys(object)) if (key !== 'metadata') delete object[key];
  Object.assign(object, clone({ ...old, metadata: undefined }));
  if (status === undefined) delete object.status;
  else object.status = status;
  object.metadata = { ...old.metadata, ...(managedFields ? { managedFields } : {}) };
}

function conversionOf(
  crd: CustomResourceDefinition,
  version: Version,
  schema: JsonSchema,
  convert: Convert,
): Conversion {
  const { group, names, versions, conversion } = crd.spec;
  const storage = { group, version: storageVersionOf(crd), plural: names.plural, custom: true };
  const target = `${group}/${version.name}`;
  const none = conversion?.strategy !== 'Webhook';
  const alike = versions.every(other => deepEqual(other.schema, version.schema));
  // An object may have been stored by a schema of before, which knew more fields, or gave fewer.
  const changed = (crd.metadata.generation ?? 1) > 1;
  const isWhole = (object: AnyObject): boolean =>
    !lacksDefaults(object, schema) && !(changed && prune(clone(object), schema, 1).length > 0);
  const finish = (object: AnyObject, stored: AnyObject): AnyObject => {
    if (object === stored && isWhole(object)) return object;
    const shown = object === stored ? clone(object) : object;
    prune(shown, schema);
    applyDefaults(shown, schema);
    return shown;
  };
  return {
    storage,
    sameShape: none && alike && !hasDefaults(schema) && !changed,
    completes: hasDefaults(schema) || changed,
    fromStorage(stored) {
      const others = stored.filter(({ apiVersion }) => apiVersion !== target);
      const merge = (converted: readonly AnyObject[]): AnyObject[] => {
        let next = 0;
        return stored.map(object =>
          finish(object.apiVersion === target ? object : (converted[next++] as AnyObject), object),
        );
      };
      const converted = others.length === 0 ? [] : convert(others, target);
      return converted instanceof Promise ? converted.then(merge) : merge(converted);
    },
    toStorage(object) {
      const wanted = `${group}/${storage.version}`;
      if (object.apiVersion === wanted) return object;
      const converted = convert([object], wanted);
      return converted instanceof Promise ? converted.then(([made]) => made as AnyObject) : (converted[0] as AnyObject);
    },
  };
}

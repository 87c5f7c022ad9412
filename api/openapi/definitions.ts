/** Models as OpenAPI definitions: 'io.k8s.api.core.v1.Pod' and all it is made of, as OpenAPI 2 and 3 write them. */

import type { KindRow } from '../kinds/row.js';
import { acceptsAnyVersion } from '../kinds/subresources.js';
import { isAtomicMap, isAtomicModel } from '../schema/lists.js';
import { type Field, loadDescriptions, type Model, modelOf, type Scalar, type Type } from '../schema/models.js';
import { toOpenApiV2, toOpenApiV3 } from '../structural/openapi.js';
import { type JsonSchema, preserves } from '../structural/schema.js';

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

export type Schema = Record<string, unknown>;

/** What differs between the two versions of OpenAPI. */
export interface Dialect {
  /** Where definitions stand: '#/definitions/'. */
  readonly prefix: string;
  /** A reference to a definition, with what is said about this use of it. */
  refer(name: string, about: Schema): Schema;
  readonly intOrString: Schema;
  readonly quantity: Schema;
  /** A custom resource's own schema. */
  structural(schema: JsonSchema): Schema;
}

export const v2: Dialect = {
  prefix: '#/definitions/',
  refer: (name, about) => ({ ...about, $ref: `#/definitions/${name}` }),
  intOrString: { type: 'string', format: 'int-or-string' },
  quantity: { type: 'string' },
  structural: toOpenApiV2,
};

export const v3: Dialect = {
  prefix: '#/components/schemas/',
  // Beside $ref OpenAPI 3 ignores everything, so that what is said stands around an allOf.
  refer: (name, about) => {
    const reference = { $ref: `#/components/schemas/${name}` };
    return Object.keys(about).length === 0 ? reference : { ...about, allOf: [reference] };
  },
  intOrString: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  structural: toOpenApiV3,
};

const conventions = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';
/** What Kubernetes says of a field that has this type. */
const standard: Readonly<Record<string, string>> = {
  V1ObjectMeta: `Standard object's metadata. More info: ${conventions}#metadata`,
  V1ListMeta: `Standard list metadata. More info: ${conventions}#types-kinds`,
};

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Scalars that have a definition of their own. */
const named: Partial<Record<Scalar, string>> = {
  'date-time': `${meta}.Time`,
  'date-time-micro': `${meta}.MicroTime`,
  'int-or-string': 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  any: `${meta}.FieldsV1`,
};

const plain: Partial<Record<Scalar, Schema>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  number: { type: 'number', format: 'double' },
  byte: { type: 'string', format: 'byte' },
};

function namedScalars(dialect: Dialect): Record<string, Schema> {
  return {
    [`${meta}.Time`]: {
      description: 'A moment, as RFC 3339 writes it, to the second.',
      type: 'string',
      format: 'date-time',
    },
    [`${meta}.MicroTime`]: {
      description: 'A moment, as RFC 3339 writes it, to the microsecond.',
      type: 'string',
      format: 'date-time',
    },
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
      description: 'A number, or a name or percentage as a string.',
      ...dialect.intOrString,
    },
    'io.k8s.apimachinery.pkg.api.resource.Quantity': {
      description: "An amount: a number with an optional suffix, such as '100m', '1.5' or '2Gi'.",
      ...dialect.quantity,
    },
    [`${meta}.FieldsV1`]: { description: 'A set of fields, as a trie.', type: 'object' },
  };
}

const aboutMerging = ({ merging, type }: Field): Schema => ({
  ...(type.kind === 'list' ? { 'x-kubernetes-list-type': merging?.listType ?? 'atomic' } : {}),
  ...(merging?.listType === 'map' ? { 'x-kubernetes-list-map-keys': merging.keys } : {}),
  ...(merging?.mergeKey ? { 'x-kubernetes-patch-merge-key': merging.mergeKey } : {}),
  ...(merging && merging.strategies.length > 0 ? { 'x-kubernetes-patch-strategy': merging.strategies.join(',') } : {}),
});

/** Versions that have the same shape share one definition. */
function together(known: unknown, kinds: readonly GroupVersionKind[]): GroupVersionKind[] {
  const all = new Map<string, GroupVersionKind>();
  for (const kind of [...((known as GroupVersionKind[] | undefined) ?? []), ...kinds]) {
    all.set(`${kind.group}/${kind.version}/${kind.kind}`, kind);
  }
  return [...all.values()];
}

/** Collects the definitions of models, and of all they are made of. */
export class Definitions {
  readonly schemas: Record<string, Schema> = {};
  private readonly descriptions = loadDescriptions();

  constructor(
    private readonly dialect: Dialect,
    /** The versions in which DeleteOptions travel. */
    private readonly versions: readonly { group: string; version: string }[],
  ) {}

  /** A custom resource, and the list of it: their schema is the definition's, with what every object has. */
  addCustom({ group, version, kind, listKind = `${kind}List`, model }: KindRow, schema: JsonSchema): void {
    const say = (name: string): GroupVersionKind[] => [{ group, version, kind: name }];
    this.schemas[model] = {
      ...this.custom(schema),
      'x-kubernetes-group-version-kind': say(kind),
    };
    const items = { description: 'The objects.', type: 'array', items: this.dialect.refer(model, {}) };
    this.schemas[`${model}List`] = {
      description: `${listKind} is a list of ${kind}`,
      type: 'object',
      required: ['items'],
      properties: { ...this.head('V1ListMeta'), items },
      'x-kubernetes-group-version-kind': say(listKind),
    };
  }

  private custom(schema: JsonSchema): Schema {
    // To a reader of OpenAPI 2 to name some fields is to forbid all others.
    if (this.dialect === v2 && preserves(schema)) return { type: 'object' };
    const shown = this.dialect.structural(schema);
    return { ...shown, properties: { ...(shown.properties as Schema | undefined), ...this.head('V1ObjectMeta') } };
  }

  /** apiVersion, kind and metadata, described as those of any object. */
  private head(metadata: string): Record<string, Schema> {
    const about = this.descriptions.V1Pod ?? {};
    const described = (name: string): Schema => (about[name] ? { description: about[name] } : {});
    return {
      apiVersion: { ...described('apiVersion'), type: 'string' },
      kind: { ...described('kind'), type: 'string' },
      metadata: this.schemaOf({ kind: 'object', model: metadata }, { description: standard[metadata] }),
    };
  }

  /** A reference to the model's definition, which is added with the kind it stands for. */
  add(modelName: string, kind?: GroupVersionKind): Schema {
    // A custom resource goes by the name of its definition, and is there already.
    if (this.schemas[modelName]) return this.dialect.refer(modelName, {});
    const model = modelOf(modelName);
    const schema = this.define(model);
    const kinds = acceptsAnyVersion({ group: '', version: '', kind: '', model: modelName })
      ? this.versions.map(version => ({ ...version, kind: 'DeleteOptions' }))
      : kind && [kind];
    if (kinds) schema['x-kubernetes-group-version-kind'] = together(schema['x-kubernetes-group-version-kind'], kinds);
    return this.dialect.refer(model.definition, {});
  }

  private define(model: Model): Schema {
    const known = this.schemas[model.definition];
    if (known) return known;
    const properties: Record<string, Schema> = {};
    const schema: Schema = { type: 'object', properties };
    this.schemas[model.definition] = schema;
    const about = this.descriptions[model.name] ?? {};
    if (about['']) schema.description = about[''];
    for (const field of model.fields.values()) {
      properties[field.name] = this.property(model, field, about[field.name]);
    }
    if (model.required.length > 0) schema.required = [...model.required];
    if (isAtomicModel(model)) schema['x-kubernetes-map-type'] = 'atomic';
    return schema;
  }

  /** The models say nothing of a field whose type has a definition: what that says of itself must do. */
  private property(model: Model, field: Field, said: string | undefined): Schema {
    const { type } = field;
    const description =
      said ?? (type.kind === 'object' ? (standard[type.model] ?? this.descriptions[type.model]?.['']) : undefined);
    // Within a schema `any` is any JSON: a default, a value of an enum, a schema or a boolean.
    if (model.shortName === 'JSONSchemaProps' && isAny(field.type)) {
      const items = field.type.kind === 'list' ? { type: 'array', items: {} } : {};
      return { ...(description ? { description } : {}), ...items };
    }
    const atomic = isAtomicMap(`${model.listName}.${field.name}`) ? { 'x-kubernetes-map-type': 'atomic' } : {};
    return this.schemaOf(field.type, { ...(description ? { description } : {}), ...aboutMerging(field), ...atomic });
  }

  private schemaOf(type: Type, about: Schema): Schema {
    switch (type.kind) {
      case 'list':
        return { ...about, type: 'array', items: this.schemaOf(type.items, {}) };
      case 'map':
        return { ...about, type: 'object', additionalProperties: this.schemaOf(type.values, {}) };
      case 'object': {
        const model = modelOf(type.model);
        this.define(model);
        return this.dialect.refer(model.definition, about);
      }
      case 'scalar':
        return this.scalar(type.scalar, about);
    }
  }

  private scalar(scalar: Scalar, about: Schema): Schema {
    const name = named[scalar];
    if (!name) return { ...about, ...plain[scalar] };
    this.schemas[name] ??= namedScalars(this.dialect)[name] as Schema;
    return this.dialect.refer(name, about);
  }
}

const isAny = (type: Type): boolean =>
  type.kind === 'list' ? isAny(type.items) : type.kind === 'scalar' && type.scalar === 'any';

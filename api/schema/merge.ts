/** A kind's schema as strategic merge patches need it. */
import type { MergeSchema } from '../patch/merge-schema.js';
import { findModel, type Type } from './models.js';

const leaf: MergeSchema = { property: () => undefined, strategies: [] };
const byModel = new Map<string, MergeSchema>();

/** Items and values are looked up only when asked for: models refer to themselves. */
class Node implements MergeSchema {
  constructor(
    private readonly type: Type,
    readonly strategies: readonly string[],
    readonly mergeKey: string | undefined,
  ) {}

  property(name: string): MergeSchema | undefined {
    return this.type.kind === 'object' ? mergeSchemaOf({ model: this.type.model })?.property(name) : undefined;
  }

  get element(): MergeSchema | undefined {
    if (this.type.kind === 'list') return schemaOfType(this.type.items);
    return this.type.kind === 'map' ? schemaOfType(this.type.values) : undefined;
  }
}

const schemaOfType = (type: Type): MergeSchema | undefined =>
  type.kind === 'object'
    ? mergeSchemaOf({ model: type.model })
    : type.kind === 'scalar'
      ? leaf
      : new Node(type, [], undefined);

/** Of a row ('V1Pod'); undefined for a kind whose model is not known (a custom resource). */
export function mergeSchemaOf(type: { model: string }): MergeSchema | undefined {
  const known = byModel.get(type.model);
  if (known) return known;
  const model = findModel(type.model);
  if (!model) return undefined;
  const properties = new Map<string, MergeSchema>();
  for (const field of model.fields.values()) {
    const { strategies = [], mergeKey } = field.merging ?? {};
    properties.set(field.name, new Node(field.type, strategies, mergeKey));
  }
  const schema: MergeSchema = { property: name => properties.get(name), strategies: [] };
  byModel.set(type.model, schema);
  return schema;
}

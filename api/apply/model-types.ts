/** The types of the built-in kinds, made of their models when first asked for (models refer to themselves). */
import type { JsonObject } from '../json.js';
import type { KindRow } from '../kinds/row.js';
import { isAtomicMap, isAtomicModel } from '../schema/lists.js';
import { type Field, findModel, type Model, modelOf, type Type } from '../schema/models.js';
import { zero } from '../schema/scalars.js';
import { type FieldType, type ListType, type MapType, scalarType, untypedType } from './type.js';

/** What Go holds by value, and so writes even where it is empty; spec, status and metadata always are. */
const byValue: Record<string, readonly string[]> = {
  CronJobSpec: ['jobTemplate'],
  DaemonSetSpec: ['template', 'updateStrategy'],
  DeploymentSpec: ['template', 'strategy'],
  Event: ['involvedObject', 'source', 'regarding', 'deprecatedSource', 'reportingComponent', 'reportingInstance'],
  JobSpec: ['template'],
  JobTemplateSpec: ['metadata', 'spec'],
  NodeStatus: ['daemonEndpoints', 'nodeInfo'],
  NodeDaemonEndpoints: ['kubeletEndpoint'],
  PersistentVolumeClaimSpec: ['resources'],
  PodTemplateSpec: ['metadata', 'spec'],
  ReplicaSetSpec: ['template'],
  ServiceStatus: ['loadBalancer'],
  IngressStatus: ['loadBalancer'],
  StatefulSetSpec: ['template', 'updateStrategy'],
};

/** Of keys that may be left out: ports without a protocol are TCP. */
const keyDefaults: Record<string, Readonly<Record<string, unknown>>> = {
  ContainerPort: { protocol: 'TCP' },
  ServicePort: { protocol: 'TCP' },
};

const roots = new Set(['metadata', 'spec', 'status']);
const made = new Map<string, MapType>();

/** The type of a kind's objects. */
export const typesOf = (row: Pick<KindRow, 'model' | 'fieldTypes'>): FieldType =>
  row.fieldTypes ?? (findModel(row.model) ? typeOfModel(row.model) : untypedType);

/** apiVersion, kind and metadata, as every object has them. */
export const objectFields = (name: string): FieldType | undefined => {
  if (name === 'metadata') return typeOfModel('V1ObjectMeta');
  return name === 'apiVersion' || name === 'kind' ? scalarType : undefined;
};

function typeOfModel(name: string): MapType {
  const known = made.get(name);
  if (known) return known;
  const model = modelOf(name);
  const fields = new Map<string, FieldType>();
  let always: JsonObject | undefined;
  const type: MapType = {
    kind: 'map',
    atomic: isAtomicModel(model),
    field(field) {
      const found = fields.get(field);
      if (found) return found;
      const declared = model.fields.get(field);
      if (!declared) return undefined;
      const fieldType = typeOfField(model, declared);
      fields.set(field, fieldType);
      return fieldType;
    },
    get always() {
      always ??= alwaysOf(model);
      return always;
    },
  };
  made.set(name, type);
  return type;
}

function alwaysOf(model: Model): JsonObject {
  const present: JsonObject = {};
  const isKind = model.fields.has('apiVersion') && model.fields.has('metadata');
  const named = byValue[model.shortName];
  for (const { name, type } of model.fields.values()) {
    const held = (isKind && roots.has(name) && type.kind === 'object') || named?.includes(name);
    const required = model.required.includes(name) && !(type.kind === 'scalar' && type.scalar === 'any');
    if (held || required) present[name] = zero(type);
  }
  return present;
}

function typeOfField(model: Model, { name, type, merging }: Field): FieldType {
  const path = `${model.listName}.${name}`;
  if (type.kind === 'list') {
    const keys = [...(merging?.keys ?? [])].sort();
    return listOf(type.items, merging?.listType ?? 'atomic', keys);
  }
  if (type.kind === 'map') return mapOf(type.values, isAtomicMap(path));
  if (type.kind === 'object' && isAtomicMap(path)) return { ...typeOfModel(type.model), atomic: true };
  return typeOf(type);
}

function listOf(items: Type, identity: ListType['identity'], keys: readonly string[]): ListType {
  const defaults = items.kind === 'object' ? keyDefaults[modelOf(items.model).shortName] : undefined;
  return {
    kind: 'list',
    identity,
    keys,
    ...(defaults ? { defaultOf: (key: string) => defaults[key] } : {}),
    get items() {
      return typeOf(items);
    },
  };
}

function mapOf(values: Type, atomic: boolean): MapType {
  return {
    kind: 'map',
    atomic,
    field: () => undefined,
    get values() {
      return typeOf(values);
    },
  };
}

function typeOf(type: Type): FieldType {
  if (type.kind === 'object') return typeOfModel(type.model);
  if (type.kind === 'list') return listOf(type.items, 'atomic', []);
  if (type.kind === 'map') return mapOf(type.values, false);
  return type.scalar === 'any' ? untypedType : scalarType;
}

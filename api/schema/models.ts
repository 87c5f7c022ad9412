/**
 * The schemas of the built-in kinds, as the build found them in @kubernetes/client-node (tools/schemas.ts). Loaded when
 * first asked for; a model becomes a schema when first used.
 */
import { readFileSync } from 'node:fs';
import { descriptionsFile, modelsFile } from './files.js';
import { isQuantity, type Merging, mergings } from './lists.js';

/** A model in the generated file. Types: 'int32', '[]V1Container', '{}string', 'V1PodSpec', ... */
export interface GeneratedModel {
  /** 'io.k8s.api.core.v1.PodSpec' */
  definition: string;
  fields: Record<string, string>;
  required: string[];
}
export type GeneratedModels = Record<string, GeneratedModel>;

export type Scalar =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'number'
  | 'date-time'
  | 'date-time-micro'
  | 'byte'
  | 'int-or-string'
  | 'quantity'
  | 'any';

export type Type =
  | { kind: 'scalar'; scalar: Scalar }
  | { kind: 'list'; items: Type }
  | { kind: 'map'; values: Type }
  | { kind: 'object'; model: string };

export interface Field {
  readonly name: string;
  readonly type: Type;
  readonly merging: Merging | undefined;
}

export interface Model {
  /** 'V1PodSpec' */
  readonly name: string;
  /** 'io.k8s.api.core.v1.PodSpec' */
  readonly definition: string;
  /** 'PodSpec' */
  readonly shortName: string;
  /** The name in lists.ts: 'PodSpec', and 'RbacSubject' where several groups have a type of that name. */
  readonly listName: string;
  readonly fields: ReadonlyMap<string, Field>;
  readonly required: readonly string[];
}

function load<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    throw new Error(`the schemas cannot be read from ${file}: "npm run build" makes them`, { cause: error });
  }
}

let generated: GeneratedModels | undefined;
const cache = new Map<string, Model>();

function typeOf(text: string, quantity: boolean): Type {
  if (text.startsWith('[]')) return { kind: 'list', items: typeOf(text.slice(2), quantity) };
  if (text.startsWith('{}')) return { kind: 'map', values: typeOf(text.slice(2), quantity) };
  if (/^[A-Z]/.test(text)) return { kind: 'object', model: text };
  return { kind: 'scalar', scalar: quantity ? 'quantity' : (text as Scalar) };
}

function build(name: string, { definition, fields, required }: GeneratedModel): Model {
  const shortName = definition.slice(definition.lastIndexOf('.') + 1);
  const listName = name.replace(/V\d+(?:(?:alpha|beta)\d+)?/, '');
  const entries = Object.entries(fields).map(([field, type]): [string, Field] => {
    const path = `${listName}.${field}`;
    return [field, { name: field, type: typeOf(type, isQuantity(path)), merging: mergings.get(path) }];
  });
  return { name, definition, shortName, listName, fields: new Map(entries), required };
}

/** The schema of a model ('V1Pod'); undefined for a model that no built-in kind reaches. */
export function findModel(name: string): Model | undefined {
  const known = cache.get(name);
  if (known) return known;
  generated ??= load<GeneratedModels>(modelsFile);
  const found = Object.hasOwn(generated, name) ? generated[name] : undefined;
  if (!found) return undefined;
  const model = build(name, found);
  cache.set(name, model);
  return model;
}

/** The schema of a model that must be there. */
export function modelOf(name: string): Model {
  const model = findModel(name);
  if (!model) throw new Error(`there is no schema of ${name}: tools/schemas.ts makes those that a row names`);
  return model;
}

/** The names of all models. */
export function allModels(): string[] {
  generated ??= load<GeneratedModels>(modelsFile);
  return Object.keys(generated);
}

/** Model -> field -> what it is for ('' is the model itself). Read anew each time: some 400 KB that few ask for. */
export const loadDescriptions = (): Record<string, Record<string, string>> => load(descriptionsFile);

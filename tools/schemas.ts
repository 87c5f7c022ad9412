/**
 * Part of the build: reads the models of @kubernetes/client-node that the rows need, and everything they are made of,
 * and writes what api/schema loads. Fields and types come from each model's attribute map, required fields and
 * descriptions from its typings. Run it from the sources with `npx tsx tools/schemas.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtinKinds } from '../api/kinds/index.js';
import { subresourceTypes } from '../api/kinds/subresources.js';
import { descriptionsFile, modelsFile } from '../api/schema/files.js';
import { formerModels } from '../api/schema/former.js';
import type { GeneratedModel, GeneratedModels } from '../api/schema/models.js';
import { readTypings, type Typings } from './typings.js';

interface Attribute {
  baseName: string;
  type: string;
  format: string;
}

const modelsFolder = join(
  dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node/package.json')),
  'dist/gen/models',
);

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
/** Types of the shared machinery; all others belong to the API group that first mentions them. */
const metaTypes = new Set(
  [
    'ObjectMeta',
    'ListMeta',
    'OwnerReference',
    'ManagedFieldsEntry',
    'LabelSelector',
    'LabelSelectorRequirement',
  ].concat([
    'Status',
    'StatusDetails',
    'StatusCause',
    'DeleteOptions',
    'Preconditions',
    'Condition',
    'FieldSelectorRequirement',
  ]),
);

/** Core types that kinds of other groups are made of, whichever group comes first. */
const homes = new Map(['PersistentVolumeSpec', 'TopologySelectorTerm'].map(name => [name, 'io.k8s.api.core.v1']));

const packageOfGroup: Record<string, string> = {
  '': 'io.k8s.api.core',
  'meta.k8s.io': 'io.k8s.apimachinery.pkg.apis.meta',
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};
const packageOf = (group: string, version: string): string =>
  `${packageOfGroup[group] ?? `io.k8s.api.${group.split('.')[0]}`}.${version}`;

/** 'V1PodSpec', 'CoreV1Event' and 'RbacV1Subject' without what keeps them apart in one flat folder. */
const shortName = (model: string): string => model.replace(/^(?:[A-Z][a-z]+)?V\d+(?:(?:alpha|beta)\d+)?/, '');

const scalars: Record<string, string> = {
  string: 'string',
  boolean: 'boolean',
  any: 'any',
  IntOrString: 'int-or-string',
};

/** An attribute's type in the terms of api/schema: '[]V1Container', '{}string', 'int32', 'V1PodSpec'. */
function typeOf(type: string, format: string): string {
  const list = /^Array<(.*)>$/.exec(type);
  if (list) return `[]${typeOf(list[1] as string, format)}`;
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map) return `{}${typeOf(map[1] as string, format)}`;
  if (type === 'Date' || type === 'V1MicroTime') return format;
  if (type === 'number') return format === 'double' || format === '' ? 'number' : format;
  if (type === 'string' && format === 'byte') return 'byte';
  return scalars[type] ?? type;
}

interface Source {
  fields: Record<string, string>;
  typings: Typings;
}

/** What a model says, be it client-node's or one of a version that is served no more. */
async function read(model: string): Promise<Source> {
  const former = formerModels[model];
  if (!former) {
    const attributes = await attributesOf(model);
    const fields = attributes.map(({ baseName, type, format }) => [baseName, typeOf(type, format)] as const);
    return { fields: Object.fromEntries(fields), typings: typingsOf(model) };
  }
  const { fields, typings } = await read(former.like);
  const kept = Object.entries(fields).filter(([name]) => !former.without?.includes(name));
  return {
    fields: { ...Object.fromEntries(kept), ...former.fields },
    typings: {
      description: typings.description,
      fields: { ...typings.fields, ...former.descriptions },
      required: typings.required.filter(name => !former.without?.includes(name)),
    },
  };
}

async function attributesOf(model: string): Promise<Attribute[]> {
  const module = await import(pathToFileURL(join(modelsFolder, `${model}.js`)).href);
  return module[model].attributeTypeMap;
}

const typingsOf = (model: string): Typings => readTypings(readFileSync(join(modelsFolder, `${model}.d.ts`), 'utf8'));

/** The models named in a model's fields. */
const mentioned = (model: GeneratedModel): string[] =>
  Object.values(model.fields)
    .map(type => type.replace(/^(\[\]|\{\})+/, ''))
    .filter(type => /^[A-Z]/.test(type));

class Collection {
  readonly models: GeneratedModels = {};
  readonly descriptions: Record<string, Record<string, string>> = {};

  /** Adds the model and all it is made of; the group that comes first gives a shared type its name. */
  async add(model: string, packageName: string): Promise<void> {
    if (this.models[model]) return;
    const name = shortName(model);
    const former = formerModels[model]?.home;
    const home = metaTypes.has(name) ? meta : former ? `io.k8s.api.${former}` : (homes.get(name) ?? packageName);
    const { fields, typings } = await read(model);
    const generated = { definition: `${home}.${name}`, fields, required: typings.required };
    this.models[model] = generated;
    this.descriptions[model] = { '': typings.description, ...typings.fields };
    for (const next of mentioned(generated)) await this.add(next, home);
  }
}

async function collect(): Promise<Collection> {
  const all = new Collection();
  for (const row of builtinKinds) {
    const home = packageOf(row.group, row.version);
    await all.add(row.model, home);
    if (row.verbs.includes('list')) await all.add(`${row.model}List`, home);
  }
  for (const type of Object.values(subresourceTypes)) await all.add(type.model, packageOf(type.group, type.version));
  return all;
}

const { models, descriptions } = await collect();
writeFileSync(modelsFile, JSON.stringify(models));
writeFileSync(descriptionsFile, JSON.stringify(descriptions));

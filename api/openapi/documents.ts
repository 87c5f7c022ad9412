/** The OpenAPI documents of a set of kinds, which kubectl reads for explain, validation and dry runs. */
import type { KindRow } from '../kinds/row.js';
import { subresourceTypes } from '../kinds/subresources.js';
import { Definitions, type Dialect, type GroupVersionKind, type Schema, v2, v3 } from './definitions.js';
import { type Operation, operationsOf, type Parameter, rootOf, tagOf } from './operations.js';

/** The version of Kubernetes' API that is described. */
const info = { title: 'Kubernetes', version: 'v1.36.0' };

const media = ['application/json', 'application/yaml'];

type PathItems = Record<string, Record<string, unknown>>;

/** The definitions of all that the operations carry, each with the kind it stands for. */
function definitionsOf(dialect: Dialect, rows: readonly KindRow[]): Definitions {
  const versions = new Map(rows.map(({ group, version }) => [rootOf({ group, version }), { group, version }]));
  const definitions = new Definitions(dialect, [...versions.values()]);
  for (const row of rows) {
    const kind: GroupVersionKind = { group: row.group, version: row.version, kind: row.kind };
    if (row.structural) {
      definitions.addCustom(row, row.structural);
      continue;
    }
    definitions.add(row.model, kind);
    if (row.verbs.includes('list')) definitions.add(`${row.model}List`, { ...kind, kind: `${row.kind}List` });
  }
  definitions.add(subresourceTypes.status.model, { group: '', version: 'v1', kind: 'Status' });
  return definitions;
}

const patchSchema: Schema = { description: 'A patch, of the kind that the media type says.', type: 'object' };

/** What both versions of OpenAPI say of an operation alike. */
const common = (operation: Operation): Record<string, unknown> => ({
  description: `${operation.action} ${operation.kind.kind}`,
  operationId: operation.id,
  tags: [tagOf(operation.kind)],
  'x-kubernetes-action': operation.action,
  'x-kubernetes-group-version-kind': operation.kind,
});

function bodySchema(operation: Operation, definitions: Definitions): Schema | undefined {
  if (operation.body === undefined) return undefined;
  return operation.body === 'patch' ? patchSchema : definitions.add(operation.body);
}

const answerSchema = (operation: Operation, definitions: Definitions): Schema =>
  operation.answer === undefined ? { type: 'string' } : definitions.add(operation.answer, carriedKind(operation));

/** Bodies of subresources are defined where they are first met, and say their kind there. */
function carriedKind({ answer, kind }: Operation): GroupVersionKind | undefined {
  const type = Object.values(subresourceTypes).find(candidate => candidate.model === answer);
  return type && type.kind === kind.kind ? kind : undefined;
}

function pathsOf(rows: readonly KindRow[], write: (operation: Operation) => Record<string, unknown>): PathItems {
  const paths: PathItems = {};
  for (const operation of rows.flatMap(operationsOf)) {
    paths[operation.path] ??= {};
    (paths[operation.path] as Record<string, unknown>)[operation.method] = write(operation);
  }
  return paths;
}

const parameterV2 = ({ name, in: place, type, description }: Parameter): Schema => ({
  name,
  in: place,
  type,
  description,
  ...(place === 'path' ? { required: true } : { uniqueItems: true }),
});

function operationV2(operation: Operation, definitions: Definitions): Record<string, unknown> {
  const schema = bodySchema(operation, definitions);
  const body = schema ? [{ name: 'body', in: 'body', required: operation.method !== 'delete', schema }] : [];
  return {
    ...common(operation),
    consumes: operation.consumes ?? media,
    produces: operation.answer === undefined ? ['text/plain'] : media,
    parameters: [...operation.parameters.map(parameterV2), ...body],
    responses: {
      200: { description: 'OK', schema: answerSchema(operation, definitions) },
      401: { description: 'Unauthorized' },
    },
  };
}

/** One document of all kinds (Swagger 2.0), for kubectl before 1.27. */
export function openApiV2(rows: readonly KindRow[]): object {
  const definitions = definitionsOf(v2, rows);
  const paths = pathsOf(rows, operation => operationV2(operation, definitions));
  return { swagger: '2.0', info, paths, definitions: definitions.schemas };
}

const contentOf = (types: readonly string[], schema: Schema): object =>
  Object.fromEntries(types.map(type => [type, { schema }]));

function operationV3(operation: Operation, definitions: Definitions): Record<string, unknown> {
  const schema = bodySchema(operation, definitions);
  const answers = operation.answer === undefined ? ['text/plain'] : media;
  return {
    ...common(operation),
    parameters: operation.parameters.map(({ type, ...about }) => ({
      ...about,
      ...(about.in === 'path' ? { required: true } : {}),
      schema: { type, ...(about.in === 'query' ? { uniqueItems: true } : {}) },
    })),
    ...(schema ? { requestBody: { content: contentOf(operation.consumes ?? media, schema) } } : {}),
    responses: {
      200: { description: 'OK', content: contentOf(answers, answerSchema(operation, definitions)) },
      401: { description: 'Unauthorized' },
    },
  };
}

/** The document of one group and version; of `rows`, those of that version are described. */
export function openApiV3(group: string, version: string, rows: readonly KindRow[]): object {
  const described = rows.filter(row => row.group === group && row.version === version);
  const definitions = definitionsOf(v3, described);
  const paths = pathsOf(described, operation => operationV3(operation, definitions));
  return { openapi: '3.0.0', info, paths, components: { schemas: definitions.schemas } };
}

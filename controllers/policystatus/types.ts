/** The types of kinds: of those that are built in as the models say, of others as the server's OpenAPI says. */
import type { CelType } from '../../api/cel/index.js';
import * as cel from '../../api/cel/types.js';
import { isObject, type JsonObject } from '../../api/json.js';
import { builtinKinds } from '../../api/kinds/index.js';
import { celTypeOfModel } from '../../api/schema/cel-type.js';
import { celType } from '../../api/structural/cel-types.js';
import type { JsonSchema } from '../../api/structural/schema.js';
import type { Client } from '../../client/client.js';
import type { Typed } from './plan.js';

/** By resource, or by kind. */
export type Asked = { group: string; version: string } & ({ resource: string } | { kind: string });

const builtin = (asked: Asked) =>
  builtinKinds.find(
    row =>
      row.group === asked.group &&
      row.version === asked.version &&
      ('kind' in asked ? row.kind === asked.kind : row.plural === asked.resource),
  );

/** Undefined for what nobody serves, or says nothing of. */
export async function typeOf(asked: Asked, client: Pick<Client, 'raw'>): Promise<Typed | undefined> {
  const row = builtin(asked);
  if (row) return { kind: gvk(asked, row.kind), type: celTypeOfModel(row.model) };
  const document = await documentOf(asked, client);
  const kind = 'kind' in asked ? asked.kind : kindOf(document, asked.resource);
  const schema = kind === undefined ? undefined : schemaOf(document, asked, kind);
  return schema && kind !== undefined ? { kind: gvk(asked, kind), type: resourceType(schema) } : undefined;
}

const gvk = ({ group, version }: Asked, kind: string): string =>
  `${group === '' ? version : `${group}/${version}`}, Kind=${kind}`;

/** What a server cannot say of a version is as if there were no such version. */
async function documentOf({ group, version }: Asked, client: Pick<Client, 'raw'>): Promise<JsonObject> {
  const path = group === '' ? `/openapi/v3/api/${version}` : `/openapi/v3/apis/${group}/${version}`;
  try {
    const { body } = await client.raw(path, { accept: 'application/json' });
    const document: unknown = JSON.parse(body.toString());
    return isObject(document) ? document : {};
  } catch {
    return {};
  }
}

const within = (value: unknown, ...path: string[]): unknown =>
  path.reduce((at: unknown, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined), value);

/** The kind of which the paths of a resource tell. */
function kindOf(document: JsonObject, resource: string): string | undefined {
  for (const [path, item] of Object.entries((document.paths ?? {}) as JsonObject)) {
    if (!path.endsWith(`/${resource}`)) continue;
    const kind =
      within(item, 'get', 'x-kubernetes-group-version-kind', 'kind') ??
      within(item, 'post', 'x-kubernetes-group-version-kind', 'kind');
    if (typeof kind === 'string') return kind;
  }
  return undefined;
}

function schemaOf(document: JsonObject, { group, version }: Asked, kind: string): JsonSchema | undefined {
  const schemas = (within(document, 'components', 'schemas') ?? {}) as Record<string, JsonSchema & JsonObject>;
  return Object.values(schemas).find(schema => {
    const kinds = schema['x-kubernetes-group-version-kind'] as { group: string; version: string; kind: string }[];
    return kinds?.some(each => each.group === group && each.version === version && each.kind === kind);
  });
}

/** A custom resource: its metadata is every object's. */
function resourceType(schema: JsonSchema): CelType {
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => name !== 'metadata');
  if (fields.length === 0) return cel.dyn;
  return cel.object({
    ...Object.fromEntries(fields.map(([name, field]) => [name, celType(field)])),
    apiVersion: cel.string,
    kind: cel.string,
    metadata: celTypeOfModel('V1ObjectMeta'),
  });
}

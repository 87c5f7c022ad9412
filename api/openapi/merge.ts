/** One OpenAPI 2 document of several: this server's, with what others say of the versions that they serve. Pure. */
import { deepEqual, isObject, type JsonObject } from '../json.js';

/** What another server says of itself, and the one version for which it is asked. */
export interface OtherDocument {
  group: string;
  version: string;
  document: object;
}

type Definitions = Record<string, JsonObject>;
const ofParameters = '#/parameters/';
const prefix = '#/definitions/';

/** `own` wins: of paths that it has already, nobody else tells. It is not changed. */
export function mergeOpenApiV2(own: object, others: readonly OtherDocument[]): object {
  if (others.length === 0) return own;
  const base = own as JsonObject;
  const paths: JsonObject = { ...(base.paths as JsonObject) };
  const definitions: Definitions = { ...(base.definitions as Definitions) };
  for (const other of others) add(other, paths, definitions);
  return { ...base, paths, definitions };
}

function add({ group, version, document }: OtherDocument, paths: JsonObject, definitions: Definitions): void {
  const { paths: theirPaths, definitions: theirs, parameters } = document as JsonObject;
  if (!isObject(theirPaths)) return;
  const shared = (isObject(parameters) ? parameters : {}) as Definitions;
  const root = `/apis/${group}/${version}`;
  const chosen = Object.entries(theirPaths).filter(
    ([path]) => (path === root || path.startsWith(`${root}/`)) && !Object.hasOwn(paths, path),
  );
  const known = (isObject(theirs) ? theirs : {}) as Definitions;
  const needed = reached([...chosen.map(([, item]) => item), ...ofVersion(known, group, version)], known);
  const names = new Map<string, string>();
  for (const name of needed) names.set(name, nameFor(name, known[name] as JsonObject, definitions));
  for (const [name, as] of names) definitions[as] = renamed(known[name], names) as JsonObject;
  for (const [path, item] of chosen) paths[path] = renamed(item, names, shared);
}

/** References to the kinds of the version: explain looks for these, whatever the paths say. */
const ofVersion = (definitions: Definitions, group: string, version: string): JsonObject[] =>
  Object.entries(definitions)
    .filter(([, schema]) => {
      const kinds = isObject(schema) ? schema['x-kubernetes-group-version-kind'] : undefined;
      return Array.isArray(kinds) && kinds.some(kind => kind?.group === group && kind?.version === version);
    })
    .map(([name]) => ({ $ref: prefix + name }));

/** A name that means the same here, or one that nobody has. */
function nameFor(name: string, schema: JsonObject, definitions: Definitions): string {
  for (let n = 1; ; n++) {
    const as = n === 1 ? name : `${name}_v${n}`;
    const found = Object.hasOwn(definitions, as) ? definitions[as] : undefined;
    if (found === undefined || deepEqual(found, schema)) return as;
  }
}

const referenced = (value: JsonObject): string | undefined =>
  typeof value.$ref === 'string' && value.$ref.startsWith(prefix) ? value.$ref.slice(prefix.length) : undefined;

/** The definitions that these values refer to, and what those refer to. */
function reached(values: readonly unknown[], definitions: Definitions): Set<string> {
  const found = new Set<string>();
  const pending: unknown[] = [...values];
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) pending.push(...value);
    else if (isObject(value)) {
      const name = referenced(value);
      if (name !== undefined && !found.has(name) && Object.hasOwn(definitions, name)) {
        found.add(name);
        pending.push(definitions[name]);
      }
      pending.push(...Object.values(value));
    }
  }
  return found;
}

/** A copy whose references are to the new names, with parameters in the place of references to these. */
function renamed(value: unknown, names: ReadonlyMap<string, string>, parameters: Definitions = {}): unknown {
  if (Array.isArray(value)) return value.map(item => renamed(item, names, parameters));
  if (!isObject(value)) return value;
  const { $ref } = value;
  if (typeof $ref === 'string' && $ref.startsWith(ofParameters)) {
    const name = $ref.slice(ofParameters.length);
    return Object.hasOwn(parameters, name) ? renamed(parameters[name], names) : value;
  }
  const as = names.get(referenced(value) ?? '');
  if (as !== undefined) return { ...value, $ref: prefix + as };
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, renamed(inner, names, parameters)]));
}

/** JSON values as Kubernetes handles them: equality that ignores how emptiness is written, copies, paths. */

export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Sets a field, whatever it is called. Plain assignment to `__proto__` would change the object's prototype; every
 * place that copies keys it does not know goes through here.
 */
export function put(object: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** The object's own field; undefined for what it merely inherits ('constructor', 'toString'). */
export const own = (object: JsonObject, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

/** A deep copy of a JSON value. Fields that are undefined are left out, as JSON.stringify does. */
export function clone<T>(value: T): T {
  if (Array.isArray(value)) return value.map(clone) as T;
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) {
    const field = own(value, key);
    if (field !== undefined) put(copy, key, clone(field));
  }
  return copy as T;
}

/** The same JSON: the order of keys does not count, and an undefined field is an absent one. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false;
    return true;
  }
  if (!isObject(a) || !isObject(b)) return false;
  // Not Object.keys: a list of names for each object would be most of what a write allocates.
  for (const key in a) if (!deepEqual(a[key], own(b, key))) return false;
  for (const key in b) if (b[key] !== undefined && own(a, key) === undefined) return false;
  return true;
}

/** The same text for the same JSON (see deepEqual): a key for it in a Map. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'undefined';
  const fields = Object.keys(value)
    .filter(key => value[key] !== undefined)
    .sort()
    .map(key => `${JSON.stringify(key)}:${canonicalText(own(value, key))}`);
  return `{${fields.join()}}`;
}

const isNothing = (value: unknown): boolean => value === undefined || value === null;

function isEmpty(value: unknown): boolean {
  if (isNothing(value)) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (!isObject(value)) return false;
  for (const _ in value) return false;
  return true;
}

/** Equality as Kubernetes' update rules mean it: absent, null, [] and {} are all "nothing". */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b || (isEmpty(a) && isEmpty(b))) return true;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!semanticEqual(a[i], b[i])) return false;
    return true;
  }
  if (!isObject(a) || !isObject(b)) return false;
  for (const key in a) if (!semanticEqual(a[key], own(b, key))) return false;
  for (const key in b) if (!Object.hasOwn(a, key) && !isEmpty(b[key])) return false;
  return true;
}

/** The value at 'spec.replicas'; undefined where the path leads nowhere. */
export function getPath(object: unknown, path: string): unknown {
  let value = object;
  for (const name of path.split('.')) {
    if (!isObject(value)) return undefined;
    value = own(value, name);
  }
  return value;
}

/** Sets the value at 'spec.replicas', making the objects on the way. In place. */
export function setPath(object: JsonObject, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let at = object;
  for (const name of names) {
    const next = own(at, name);
    if (isObject(next)) at = next;
    else {
      const made: JsonObject = {};
      put(at, name, made);
      at = made;
    }
  }
  put(at, last, value);
}

/** Gives a field a value where it has none. `null` counts as none: Kubernetes decodes it to the zero value. */
export function fill<T extends object, K extends keyof T>(object: T, key: K, value: NonNullable<T[K]>): void {
  if (object[key] === undefined || object[key] === null) object[key] = value;
}

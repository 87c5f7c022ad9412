/** What a schema gives must be what it demands, and nothing that it would remove again. */
import { clone, deepEqual } from '../json.js';
import type { FieldError } from '../status.js';
import { forbiddenField, invalidValue } from '../validation/errors.js';
import { prune } from './prune.js';
import { eachSchema, type JsonSchema, resourceFields } from './schema.js';
import { validateValue } from './validate.js';

export function checkDefaults(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.default !== undefined) errors.push(forbiddenField(`${path}.default`, 'must not be set at the root'));
  eachSchema(schema, path, (node, at) => {
    if (node !== schema && node.default !== undefined) errors.push(...checkDefault(node, at, path));
  });
  return errors;
}

function checkDefault(node: JsonSchema, at: string, root: string): FieldError[] {
  const top = [...resourceFields].find(name => at.startsWith(`${root}.properties[${name}]`));
  if (top) return [forbiddenField(`${at}.default`, `must not be set in top-level ${top}`)];
  const holder = { value: clone(node.default) };
  prune(holder, { type: 'object', properties: { value: node } });
  if (!deepEqual(holder.value, node.default)) {
    return [invalidValue(`${at}.default`, node.default, 'must not have unknown fields')];
  }
  return validateValue(node.default, node, `${at}.default`);
}

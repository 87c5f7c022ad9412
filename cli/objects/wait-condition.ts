/** What `wait --for` says, and whether an object answers to it. Pure. */
import type { AnyObject } from '../../api/types.js';
import { Failure } from '../failure.js';
import { jsonPathValues } from '../output/jsonpath/evaluate.js';

export type Awaited =
  | { for: 'delete' }
  | { for: 'create' }
  | { for: 'condition'; type: string; status: string }
  | { for: 'jsonpath'; path: string; value: string | undefined };

export function parseFor(text: string): Awaited {
  const lower = text.toLowerCase();
  if (lower === 'delete') return { for: 'delete' };
  if (lower === 'create') return { for: 'create' };
  if (lower.startsWith('condition=')) {
    const [type = '', status = 'True'] = text.slice('condition='.length).split('=');
    return { for: 'condition', type, status };
  }
  if (lower.startsWith('jsonpath=')) {
    const said = text.slice('jsonpath='.length);
    const end = said.lastIndexOf('}');
    const path = end < 0 ? said : said.slice(0, end + 1);
    const rest = said.slice(path.length);
    if (path === '') throw new Failure('jsonpath expression cannot be empty');
    return { for: 'jsonpath', path, value: rest.startsWith('=') ? rest.slice(1) : undefined };
  }
  throw new Failure(
    `unrecognized condition: "${text}": use delete, create, condition=Type[=Status] or jsonpath={...}[=value]`,
  );
}

/** `object` is undefined when it does not exist. */
export function isMet(awaited: Awaited, object: AnyObject | undefined): boolean {
  if (awaited.for === 'delete') return object === undefined;
  if (object === undefined) return false;
  if (awaited.for === 'create') return true;
  if (awaited.for === 'jsonpath') {
    const values = jsonPathValues(awaited.path, object);
    if (awaited.value === undefined) return values.length > 0;
    return values.length === 1 && String(values[0]) === awaited.value;
  }
  return hasCondition(object, awaited.type, awaited.status);
}

interface WithConditions {
  conditions?: { type: string; status: string; observedGeneration?: number }[];
}

/** A condition that was observed on an older generation of the object says nothing of the one that is wanted. */
function hasCondition(object: AnyObject, type: string, status: string): boolean {
  const conditions = (object.status as WithConditions | undefined)?.conditions ?? [];
  const found = conditions.find(condition => condition.type.toLowerCase() === type.toLowerCase());
  if (
    !found ||
    (found.observedGeneration ?? 0) < (found.observedGeneration === undefined ? 0 : (object.metadata.generation ?? 0))
  )
    return false;
  return found.status.toLowerCase() === status.toLowerCase();
}

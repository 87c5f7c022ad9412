/** A JSONPath template over an object: the values of its paths, and its text. */
import { JsonPathError, type Part, parseTemplate } from '../../../api/jsonpath/parse.js';
import { walk } from '../../../api/jsonpath/paths.js';
import { Failure } from '../../failure.js';
import { goJson } from '../json.js';

/**
 * What the template says of this object. Several values of one path are separated by a space; a field that is absent
 * is nothing.
 */
export const renderJsonPath = (template: string, object: unknown): string =>
  orFailure(() => renderParts(parseTemplate(template), object, object));

/** All values that the paths of the template name, in order. */
export const jsonPathValues = (template: string, object: unknown): unknown[] =>
  orFailure(() =>
    parseTemplate(template).flatMap(part => (part.part === 'text' ? [] : walk(part.path, [object], object))),
  );

/** A template is the user's: what is wrong with it is said as any other failure of a command. */
function orFailure<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof JsonPathError ? new Failure(error.message) : error;
  }
}

function renderParts(parts: readonly Part[], here: unknown, root: unknown): string {
  return parts
    .map(part => {
      if (part.part === 'text') return part.text;
      const values = walk(part.path, [part.root ? root : here], root);
      if (part.part === 'path') return values.map(text).join(' ');
      return values.map(value => renderParts(part.body, value, root)).join('');
    })
    .join('');
}

const text = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : goJson(value);
};

/** Field selectors: 'status.phase!=Running,spec.nodeName=n1'. A backslash makes the next comma, equals sign or backslash plain. */
import type { KindRow } from '../kinds/row.js';
import { badRequest } from '../status.js';
import type { AnyObject } from '../types.js';

export interface FieldRequirement {
  field: string;
  operator: '=' | '!=';
  value: string;
}

export interface FieldSelector {
  readonly requirements: readonly FieldRequirement[];
  /** `fields` are the values that the kind offers (see selectableFields). */
  matches(fields: Readonly<Record<string, string>>): boolean;
  toString(): string;
}

/** 'a,b\,c' to 'a' and 'b\,c': commas after a backslash do not separate. */
const terms = (text: string): string[] => text.match(/(?:\\.|[^,\\]|\\$)+/gs) ?? [];

function plain(text: string, whole: string): string {
  return text.replace(/\\(.?)/gs, (_, character: string) => {
    if (character === ',' || character === '=' || character === '\\') return character;
    throw badRequest(`invalid field selector: invalid escape sequence "\\${character}" in ${JSON.stringify(whole)}`);
  });
}

function parseTerm(term: string, whole: string): FieldRequirement {
  const parts = /^((?:\\.|[^=!\\])*)(!=|==|=)(.*)$/s.exec(term);
  if (!parts) throw badRequest(`invalid selector: '${whole}'; can't understand '${term}'`);
  const [, field = '', sign, value = ''] = parts;
  if (/(?<!\\)(?:\\\\)*=/.test(value)) {
    throw badRequest(`invalid field selector: unescaped '=' in the value of '${term}'`);
  }
  return { field: field.trim(), operator: sign === '!=' ? '!=' : '=', value: plain(value, whole) };
}

const escaped = (value: string): string => value.replace(/[\\,=]/g, character => `\\${character}`);

/** Throws BadRequest. An empty text selects everything. */
export function parseFieldSelector(text: string): FieldSelector {
  const requirements = terms(text)
    .filter(term => term.trim() !== '')
    .map(term => parseTerm(term.trim(), text));
  return {
    requirements,
    matches: fields =>
      requirements.every(({ field, operator, value }) => ((fields[field] ?? '') === value) === (operator === '=')),
    toString: () => requirements.map(r => `${r.field}${r.operator}${escaped(r.value)}`).join(','),
  };
}

/** The values of the fields that an object of this kind can be selected by. */
export const selectableFields = (row: Pick<KindRow, 'fields'>, object: AnyObject): Record<string, string> => ({
  'metadata.name': object.metadata.name ?? '',
  'metadata.namespace': object.metadata.namespace ?? '',
  ...row.fields?.(object),
});

const nowhere: AnyObject = { apiVersion: '', kind: '', metadata: {} };

/** Throws BadRequest for a field that objects of this kind cannot be selected by. */
export function checkSelectable(row: Pick<KindRow, 'fields' | 'kind'>, selector: FieldSelector): void {
  // Rows offer the same fields for every object, also for an empty one.
  const known = selectableFields(row, nowhere);
  for (const { field } of selector.requirements) {
    if (Object.hasOwn(known, field)) continue;
    throw badRequest(
      row.fields
        ? `field label not supported: ${field}`
        : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
    );
  }
}

/** Tables for the tests of a row: what its defaults, columns, validation and update rules make of an object. */
import assert from 'node:assert/strict';
import { clone } from '../json.js';
import { apiVersionOf, type KindRow } from '../kinds/row.js';
import type { FieldError } from '../status.js';
import type { AnyObject } from '../types.js';

type Fields = Record<string, unknown>;

export interface RowTables {
  /** What was given, and the fields that the defaults make of it. */
  defaults?: readonly [what: string, given: Fields, expected: Fields][];
  /** The cells that are always shown, with ' | ' between them. The object is a minute old. */
  columns?: readonly [what: string, object: Fields, cells: string][];
  validation?: readonly [what: string, object: Fields, messages: string[]][];
  /** Messages about the change from `old` to `object`; /status has its own rules. */
  updates?: readonly [what: string, object: Fields, old: Fields, messages: string[]][];
}

/** Of the row's kind, with its defaults, named x unless it says more. */
export function made(row: KindRow, fields: Fields = {}, withDefaults = true): AnyObject {
  const { metadata, ...rest } = clone(fields);
  const object: AnyObject = {
    apiVersion: apiVersionOf(row),
    kind: row.kind,
    metadata: {
      name: 'x',
      ...(row.namespaced ? { namespace: 'default' } : {}),
      uid: 'u',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(metadata as object),
    },
    ...rest,
  };
  if (withDefaults) row.defaults?.(object);
  return object;
}

export const messages = (errors: readonly FieldError[] | undefined): string[] =>
  (errors ?? []).map(({ field, message }) => `${field}: ${message}`);

/** As a POST would store it. */
export function created(row: KindRow, fields: Fields = {}): AnyObject {
  const object = made(row, fields);
  row.prepareCreate?.(object);
  return object;
}

/** Everything wrong with the object, and with a change. */
export const wrong = (row: KindRow, object: AnyObject): string[] => messages(row.validate?.(object));
export const wrongAtFirst = (row: KindRow, object: AnyObject): string[] => messages(row.validateCreate?.(object));
export const wrongChange = (row: KindRow, object: AnyObject, old: AnyObject): string[] =>
  messages(row.validateUpdate?.(object, old));

const now = Date.parse('2026-01-01T00:01:00Z');

/** The cells of an object that is a minute old: 'x | 1/1 | 60s'. */
export const shown = (row: KindRow, object: AnyObject, wide?: 'wide'): string =>
  row.columns
    .filter(column => wide || !column.priority)
    .map(column => column.cell(object, now))
    .join(' | ');

/** The headings, those of `-o wide` in brackets. */
export const headings = (row: KindRow): string =>
  row.columns.map(({ name, priority }) => (priority ? `[${name}]` : name)).join(' | ');

/** The tables as tests. */
export function judgesRow(row: KindRow, tables: RowTables): void {
  describe(`a ${row.kind}`, () => {
    for (const [what, given, expected] of tables.defaults ?? []) {
      it(`has defaults for ${what}`, () => {
        const { apiVersion: _a, kind: _k, metadata: _m, ...fields } = made(row, given);
        assert.deepEqual(fields, expected);
      });
    }
    for (const [what, fields, cells] of tables.columns ?? []) {
      it(`is shown: ${what}`, () => assert.equal(shown(row, made(row, fields)), cells));
    }
    for (const [what, fields, expected] of tables.validation ?? []) {
      it(`${expected.length === 0 ? 'may have' : 'may not have'} ${what}`, () =>
        assert.deepEqual(messages(row.validate?.(made(row, fields))), expected));
    }
    for (const [what, fields, old, expected] of tables.updates ?? []) {
      it(`${expected.length === 0 ? 'takes' : 'refuses'} an update ${what}`, () =>
        assert.deepEqual(messages(row.validateUpdate?.(made(row, fields), made(row, old))), expected));
    }
  });
}

/** What the columns of several kinds share. Cells hold what kubectl prints: ages are words already. */
import { ageOf } from '../duration.js';
import { labelSelectorOf } from '../selectors/labels.js';
import { StatusError } from '../status.js';
import type { KubeObject, LabelSelector } from '../types.js';
import type { Column } from './row.js';

/** A column over a kind's own type. */
export interface TypedColumn<T extends KubeObject> extends Omit<Column, 'cell'> {
  cell(object: T, now: number): string | number | boolean | null;
}

export const none = '<none>';
export const unset = '<unset>';

export const nameColumn: TypedColumn<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  cell: object => object.metadata.name ?? '',
};

export const ageColumn: TypedColumn<KubeObject> = {
  name: 'Age',
  type: 'string',
  description: 'How long ago the object was created.',
  cell: (object, now) => ageOf(object.metadata.creationTimestamp, now),
};

/** RBAC roles show when, rather than how long ago. */
export const createdAtColumn: TypedColumn<KubeObject> = {
  name: 'Created At',
  type: 'date',
  description: 'When the object was created.',
  cell: object => object.metadata.creationTimestamp ?? '<unknown>',
};

/** A column of text; `wide` ones are shown with `-o wide`. */
export const text = <T extends KubeObject>(
  name: string,
  cell: (object: T, now: number) => string,
  wide?: 'wide',
): TypedColumn<T> => ({ name, type: 'string', ...(wide ? { priority: 1 } : {}), cell });

export const count = <T extends KubeObject>(name: string, cell: (object: T) => number): TypedColumn<T> => ({
  name,
  type: 'integer',
  cell,
});

export const flag = <T extends KubeObject>(name: string, cell: (object: T) => boolean): TypedColumn<T> => ({
  name,
  type: 'boolean',
  cell,
});

/** 'a=b,c=d', in order; '<none>' when empty. */
export function labelText(labels: Record<string, string> | undefined | null): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? none : pairs.sort().join(',');
}

/** A selector as a query says it; '<none>' for one that selects everything, or is not there. */
export function selectorText(selector: LabelSelector | undefined | null): string {
  try {
    return labelSelectorOf(selector).toString() || none;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return '<error>';
  }
}

/** The first few, and how many more there are: 'a,b,c + 2 more...'. */
export function firstFew(items: readonly string[], most: number, empty: string): string {
  if (items.length === 0) return empty;
  const more = items.length > most ? ` + ${items.length - most} more...` : '';
  return `${items.slice(0, most).join(',')}${more}`;
}

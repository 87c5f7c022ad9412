/** Writing rows in a kind's own type: `defineKind<Pod>({...})` is a KindRow whose functions know Pod's fields. */
import type { FieldError } from '../status.js';
import type { KubeObject } from '../types.js';
import { ageColumn, nameColumn, type TypedColumn } from './columns.js';
import type { KindRow, RowPart, Subresource } from './row.js';

export const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;

type Functions =
  | 'columns'
  | 'fields'
  | 'defaults'
  | 'prepareCreate'
  | 'prepareUpdate'
  | 'prepareStatusUpdate'
  | 'validate'
  | 'validateCreate'
  | 'validateUpdate'
  | 'parts'
  | 'generationOf'
  | 'gracePeriod';

type Usual = 'singular' | 'shortNames' | 'categories' | 'verbs' | 'subresources' | 'nameRule' | 'namespaced';

/** A row over T, in which what most kinds have alike may be left out. */
export interface TypedRow<T extends KubeObject>
  extends Omit<KindRow, Functions | Usual>,
    Partial<Pick<KindRow, Usual>> {
  readonly columns?: readonly TypedColumn<T>[];
  fields?(object: T): Record<string, string>;
  defaults?(object: T): void;
  prepareCreate?(object: T): void;
  prepareUpdate?(object: T, old: T): void;
  prepareStatusUpdate?(object: T, old: T, subresource?: string): void;
  validate?(object: T): FieldError[];
  validateCreate?(object: T): FieldError[];
  validateUpdate?(object: T, old: T, subresource?: string): FieldError[];
  readonly parts?: Readonly<Partial<Record<Subresource, RowPart<T>>>>;
  generationOf?(object: T): unknown;
  gracePeriod?(object: T, requested: number | undefined): number;
}

/**
 * The only cast from a kind's type to "any object": it holds because the registry hands a row nothing but objects
 * that were decoded by that row's schema.
 */
export function defineKind<T extends KubeObject>(row: TypedRow<T>): KindRow {
  const usual = {
    singular: row.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: allVerbs,
    subresources: [],
    nameRule: 'dns1123Subdomain' as const,
    namespaced: true,
    columns: [nameColumn, ageColumn],
  };
  return { ...usual, ...row } as unknown as KindRow;
}

/** A kind that is asked, never stored: the answer is its status. */
export function defineReview<T extends KubeObject>(
  row: Pick<TypedRow<T>, 'group' | 'kind' | 'plural' | 'namespaced' | 'defaults' | 'validate' | 'model'>,
): KindRow {
  return defineKind<T>({ version: 'v1', nameRule: 'pathSegment', ...row, verbs: ['create'] });
}

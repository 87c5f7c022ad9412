/**
 * What server-side apply must know of a type: which parts of a value have owners of their own, and how two values are
 * merged. The built-in kinds make theirs of their models (model-types.ts).
 *
 * A custom resource's structural schema plugs in the same way: its row carries `fieldTypes`, a MapType over the schema of
 * that version. `x-kubernetes-list-type` is a list's `identity` and `-list-map-keys` its `keys` (the items' `default` of a
 * key field is its `defaultOf`); `x-kubernetes-map-type: atomic` is `atomic`; `additionalProperties` are `values`;
 * `x-kubernetes-preserve-unknown-fields` makes `values` untyped (and a schema without properties untyped as a whole);
 * `x-kubernetes-int-or-string` is a scalar; metadata, apiVersion and kind are those of `objectFields`. A row without a
 * model and without `fieldTypes` is untyped: every scalar and list is owned whole, and maps field by field.
 */
export type FieldType = ScalarType | ListType | MapType | UntypedType;

export interface ScalarType {
  readonly kind: 'scalar';
}

/** Known only by looking: maps are merged field by field, everything else is owned as one. */
export interface UntypedType {
  readonly kind: 'untyped';
}

export interface ListType {
  readonly kind: 'list';
  /** How items are told apart: by some of their fields, by their value, or not at all. */
  readonly identity: 'map' | 'set' | 'atomic';
  /** The fields that tell a map list's items apart, sorted. */
  readonly keys: readonly string[];
  /** The value that an absent key stands for; undefined when the key must be there. */
  defaultOf?(key: string): unknown;
  readonly items: FieldType;
}

/** A struct (fields with names of their own), a map of strings to values, or both. */
export interface MapType {
  readonly kind: 'map';
  /** Owned as one, whoever sets any part of it. */
  readonly atomic: boolean;
  /** The type of a field that the schema names. Asked again and again: answer at once. */
  field(name: string): FieldType | undefined;
  /** The type of all that the schema does not name; absent where nothing else may stand. */
  readonly values?: FieldType | undefined;
  /** What an object always has, even if nobody set it: structs that Go writes out empty. Nobody owns that they exist. */
  readonly always?: Readonly<Record<string, unknown>> | undefined;
}

export const scalarType: ScalarType = { kind: 'scalar' };
export const untypedType: UntypedType = { kind: 'untyped' };

const untypedMap: MapType = { kind: 'map', atomic: false, field: () => undefined, values: untypedType };
const untypedList: ListType = { kind: 'list', identity: 'atomic', keys: [], items: untypedType };

/** The type by which this value is read: what is untyped shows itself. */
export function typeFor(type: FieldType, value: unknown): ScalarType | ListType | MapType {
  if (type.kind !== 'untyped') return type;
  if (Array.isArray(value)) return untypedList;
  return typeof value === 'object' && value !== null ? untypedMap : scalarType;
}

/** The type of one field of a map; undefined when it may not be there. */
export const fieldTypeOf = (type: MapType, name: string): FieldType | undefined => type.field(name) ?? type.values;

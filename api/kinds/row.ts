/**
 * A kind is a row. Everything that differs from one kind to the next stands in its row; the verbs (create, patch,
 * watch, ...) are written once, over rows (apiserver/registry). A custom resource is a row made at run time.
 */
import type { MapType } from '../apply/type.js';
import type { FieldError } from '../status.js';
import type { JsonSchema } from '../structural/schema.js';
import type { AnyObject, KubeObject } from '../types.js';
import type { Conversion } from './conversion.js';

/** A printer column of the Table that `kubectl get` shows. */
export interface Column {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string;
  description?: string;
  /** 0 is always shown, 1 with `-o wide`. */
  priority?: number;
  /** `now` in milliseconds, for ages. A column of type 'date' returns the timestamp; clients show its age. */
  cell(object: AnyObject, now: number): string | number | boolean | null;
}

/** How names of a kind may look (k8s.io/apimachinery/pkg/api/validation/path and util/validation). */
export type NameRule = 'dns1123Subdomain' | 'dns1123Label' | 'dns1035Label' | 'pathSegment';

export type Subresource =
  | 'status'
  | 'scale'
  | 'binding'
  | 'log'
  | 'exec'
  | 'token'
  | 'eviction'
  | 'finalize'
  | 'attach'
  | 'portforward'
  | 'proxy'
  | 'approval'
  | 'ephemeralcontainers'
  | 'resize';

/** A subresource that is read and written like the object itself, and lets one part of it change, by rules of its own. */
export interface RowPart<T extends KubeObject = AnyObject> {
  /** Keeps, from `old`, everything but that part. In place. */
  prepare(object: T, old: T): void;
  validateUpdate(object: T, old: T): FieldError[];
}

export interface KindRow {
  /** '' for core. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** The verbs of the main resource, as discovery lists them. Reviews and bindings have only 'create'. */
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  /** The model of @kubernetes/client-node that this kind's schema is made from ('V1Pod'). */
  readonly model: string;
  /** Whose fields are owned and merged how; absent: as the model says. A custom resource's schema says it here. */
  readonly fieldTypes?: MapType;
  readonly nameRule: NameRule;
  /** The Table's columns, name first, age last. */
  readonly columns: readonly Column[];
  /** Fields that a field selector may name beside metadata.name and metadata.namespace, and their values. */
  fields?(object: AnyObject): Record<string, string>;
  /** Fills what was left out. In place; called after decoding and before admission. */
  defaults?(object: AnyObject): void;
  /** Removes what a creator may not set (status), and sets what a new object starts with. In place. */
  prepareCreate?(object: AnyObject): void;
  /** Keeps, from `old`, what an update of the main resource may not change (status). In place. */
  prepareUpdate?(object: AnyObject, old: AnyObject): void;
  /** Keeps, from `old`, what an update of /status (or /approval) may not change (spec, most metadata). In place. */
  prepareStatusUpdate?(object: AnyObject, old: AnyObject, subresource?: string): void;
  /** Everything wrong with the object; metadata is checked for all kinds alike, elsewhere. */
  validate?(object: AnyObject): FieldError[];
  /** What a new object may not be, though one that is there already may. `validate` ran as well. */
  validateCreate?(object: AnyObject): FieldError[];
  /** What is wrong with the change from `old` (immutable fields). `validate` ran as well. `subresource` is '' for the main one. */
  validateUpdate?(object: AnyObject, old: AnyObject, subresource?: string): FieldError[];
  /** metadata.generation rises when this part changes (usually the spec). Absent: generation is not kept. */
  generationOf?(object: AnyObject): unknown;
  /** The grace, in seconds, that a deletion gets: pods say their own. Absent: objects go at once. */
  gracePeriod?(object: AnyObject, requested: number | undefined): number;
  readonly parts?: Readonly<Partial<Record<Subresource, RowPart>>>;
  /** Where `scale` reads and writes. Paths into the object, without a leading dot. */
  readonly scale?: { specReplicas: string; statusReplicas: string; selector: string };
  /** What is stored only for so long, in seconds (Event: 3600). */
  readonly ttlSeconds?: number;
  /** Present where the same objects are served in several versions: in which they are stored, and how they become this row's. */
  readonly conversion?: Conversion;
  /** Made at run time of a CustomResourceDefinition. */
  readonly custom?: boolean;
  /** The schema of a custom resource: it says what the model says of other kinds. */
  readonly structural?: JsonSchema;
  /** The kind of a list; absent: the kind's own name and List. */
  readonly listKind?: string;
  /** Told in a Warning to everybody who asks for this version. */
  readonly deprecation?: string;
  /** Put on an object when its deletion begins: somebody has to clear up after it. */
  readonly deletionFinalizer?: string;
  /** In place of validate and validateUpdate, where an update is forgiven what it does not change. */
  validateChange?(object: AnyObject, old: AnyObject): FieldError[];
}

/** 'v1' or 'rbac.authorization.k8s.io/v1'. */
export const apiVersionOf = (row: { group: string; version: string }): string =>
  row.group === '' ? row.version : `${row.group}/${row.version}`;

/**
 * From kubectl's own apply to the server's: an object that `kubectl apply` made carries what was applied in an
 * annotation. What it says there, and what still is so, kubectl may take without force; and the annotation follows.
 */
import { isObject, type JsonObject } from '../json.js';
import type { AnyObject } from '../types.js';
import { compare } from './compare.js';
import { difference, type FieldSet, leaf } from './field-set.js';
import { fieldsOf } from './fields-of.js';
import type { FieldType } from './type.js';

export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** The manager that `kubectl apply --server-side` is, unless told otherwise. */
export const kubectl = 'kubectl';

/** What all annotations may take together, in bytes. */
const mostAnnotations = 256 * 1024;

const annotationOf = (object: unknown): string | undefined => {
  const meta = isObject(object) ? object.metadata : undefined;
  const annotations = isObject(meta) ? meta.annotations : undefined;
  const text = isObject(annotations) ? annotations[lastAppliedAnnotation] : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
};

/** The fields that were applied last by kubectl itself, and are still what was applied. */
export function fieldsLastApplied(type: FieldType, apiVersion: string, live: unknown): FieldSet {
  const last = parsed(annotationOf(live));
  if (!last || last.apiVersion !== apiVersion) return leaf;
  const { modified, added, removed } = compare(type, last, live);
  return [modified, added, removed].reduce(difference, fieldsOf(type, last));
}

function parsed(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Where the object has the annotation, it says what was applied now; gone, where there is no room for it. In place. */
export function followLastApplied(object: AnyObject, wanted: JsonObject): void {
  if (annotationOf(object) === undefined) return;
  const meta = isObject(wanted.metadata) ? wanted.metadata : {};
  const { [lastAppliedAnnotation]: _, ...annotations } = isObject(meta.annotations) ? meta.annotations : {};
  const { annotations: __, ...otherMeta } = meta;
  const metadata = Object.keys(annotations).length > 0 ? { annotations, ...otherMeta } : otherMeta;
  const next = {
    ...object.metadata.annotations,
    [lastAppliedAnnotation]: `${JSON.stringify({ ...wanted, metadata })}\n`,
  };
  if (sizeOf(next) > mostAnnotations) delete (next as Record<string, string>)[lastAppliedAnnotation];
  object.metadata = { ...object.metadata, annotations: next };
}

const sizeOf = (annotations: Record<string, string>): number =>
  Object.entries(annotations).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);

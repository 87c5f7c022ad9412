/** JSON pointers (RFC 6901), followed through what a document holds itself, and never through what objects inherit. */
import { isObject, own } from '../json.js';

export interface Place {
  /** The object or list that holds the value; undefined for the document as a whole. */
  parent: unknown;
  /** Of the value in its parent: a field's name, an index, or '-' for behind the last. */
  key: string;
  /** Undefined where there is none yet, and could be one. */
  value: unknown;
}

const index = /^(0|[1-9][0-9]*)$/;

/** Undefined where nothing can be: below a scalar, beyond the end of a list, below what is not there. */
export function placeAt(document: unknown, pointer: string): Place | undefined {
  let place: Place = { parent: undefined, key: '', value: document };
  for (const token of pointer.split('/').slice(1)) {
    const next = below(place.value, token.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (!next) return undefined;
    place = next;
  }
  return place;
}

function below(parent: unknown, key: string): Place | undefined {
  if (isObject(parent)) return { parent, key, value: own(parent, key) };
  if (!Array.isArray(parent)) return undefined;
  if (key === '-') return { parent, key, value: undefined };
  return index.test(key) && Number(key) <= parent.length ? { parent, key, value: parent[Number(key)] } : undefined;
}

/**
 * How an object travels: plain JSON (the cached bytes as they are), a Table, or its metadata alone. A representation is
 * made once per request; what it encodes of a watch event is kept with the event, for all watchers who ask the same.
 */
import type { CacheEntry } from './entry.js';

export interface Representation {
  /** Two representations with the same key encode alike. */
  readonly key: string;
  readonly contentType: string;
  object(entry: CacheEntry): Buffer;
  /** The answer to a list: buffers to write one after the other. */
  list(entries: readonly CacheEntry[], meta: ListHead): Buffer[];
  /** The object of a BOOKMARK event. */
  bookmark(revision: number, annotations?: Record<string, string>): Buffer;
  /** How a watch shows what comes after its first event, where that differs: a Table says its columns once. */
  readonly following?: Representation;
  /** Resolves once all of these can be shown; undefined when they can. Absent where they always can. */
  prepare?(entries: readonly CacheEntry[]): Promise<void> | undefined;
}

export interface ListHead {
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

const openings = Object.fromEntries(
  ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'].map(type => [type, Buffer.from(`{"type":"${type}","object":`)]),
) as Record<EventType, Buffer>;
const closing = Buffer.from('}\n');

/** One event of a watch, as a line. */
export const frame = (type: EventType, object: Buffer): Buffer => Buffer.concat([openings[type], object, closing]);

const comma = Buffer.from(',');
const end = Buffer.from(']}');

/** The kind's own JSON: the bytes of the cache, spliced. */
export function plain(apiVersion: string, kind: string, listKind = `${kind}List`): Representation {
  return {
    key: 'plain',
    contentType: 'application/json',
    object: entry => entry.bytes,
    list: (entries, meta) => {
      const head = JSON.stringify({ kind: listKind, apiVersion, metadata: meta });
      const parts: Buffer[] = [Buffer.from(`${head.slice(0, -1)},"items":[`)];
      entries.forEach((entry, i) => {
        if (i > 0) parts.push(comma);
        parts.push(entry.bytes);
      });
      parts.push(end);
      return parts;
    },
    bookmark: (revision, annotations) =>
      Buffer.from(
        JSON.stringify({
          kind,
          apiVersion,
          metadata: { resourceVersion: String(revision), ...(annotations ? { annotations } : {}) },
        }),
      ),
  };
}

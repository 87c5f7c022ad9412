/**
 * How an object travels: plain JSON (the cached bytes as they are), protobuf, a Table, or its metadata alone. A representation is
 * made once per request; what it encodes of a watch event is kept with the event, for all watchers who ask the same.
 */
import type { Status } from '../../api/types.js';
import type { CacheEntry } from './entry.js';

export interface Representation {
  /** Two representations with the same key encode alike. */
  readonly key: string;
  readonly contentType: string;
  /** That of a watch, where it differs. */
  readonly streamType?: string;
  object(entry: CacheEntry): Buffer;
  /** The answer to a list: buffers to write one after the other. */
  list(entries: readonly CacheEntry[], meta: ListHead): Buffer[];
  /** The object of a BOOKMARK event. */
  bookmark(revision: number, annotations?: Record<string, string>): Buffer;
  /** How a watch shows what comes after its first event, where that differs: a Table says its columns once. */
  readonly following?: Representation;
  /** One event of a watch; a line of JSON unless said. */
  frame?(type: EventType, object: Buffer): Buffer;
  /** The object of an ERROR event; JSON unless said. */
  error?(status: Status): Buffer;
  /** Does beforehand, in small pieces, what a list of many would keep everybody else waiting for. */
  prepareList?(entries: readonly CacheEntry[]): Promise<void> | undefined;
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

const line = (type: EventType, object: Buffer): Buffer => Buffer.concat([openings[type], object, closing]);

/** One event of a watch. */
export const frame = (shown: Representation, type: EventType, object: Buffer): Buffer =>
  (shown.frame ?? line)(type, object);

export const errorFrame = (shown: Representation, status: Status): Buffer =>
  frame(shown, 'ERROR', shown.error?.(status) ?? Buffer.from(JSON.stringify(status)));

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

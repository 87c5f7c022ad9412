/**
 * Answers in Kubernetes' protobuf, for its own components and for typed Go clients. Every field of a kind that has
 * numbers has one (decode.test.ts), so nothing is ever left out.
 */
import type { JsonObject } from '../../../api/json.js';
import { apiVersionOf, type KindRow } from '../../../api/kinds/row.js';
import { findModel, modelOf } from '../../../api/schema/models.js';
import type { CacheEntry } from '../../cache/entry.js';
import type { EventType, ListHead, Representation } from '../../cache/representation.js';
import { type Plan, planOf, writeMessage } from './encode.js';
import { loadedProtobuf, protobufType } from './library.js';

const magic = Buffer.from('k8s\0');

const plain = new WeakMap<KindRow, Representation | undefined>();

/** Undefined where the kind's numbers are not known. */
export function inProtobuf(row: KindRow): Representation | undefined {
  if (!plain.has(row)) {
    const model = row.structural ? undefined : findModel(row.model);
    const plan = model && planOf(model);
    const { kind, listKind = `${kind}List` } = row;
    const shape = { apiVersion: apiVersionOf(row), kind, listKind, whole: (entry: CacheEntry) => entry.object };
    plain.set(row, plan && representation({ ...shape, plan, key: 'protobuf' }));
  }
  return plain.get(row);
}

/** Metadata alone, which every kind has. */
export function partialInProtobuf(version: string): Representation {
  // Its first field is the metadata, as every kind's is.
  const plan = planOf(modelOf('V1ConfigMap')) as Plan;
  const kind = 'PartialObjectMetadata';
  const whole = ({ object }: CacheEntry) => ({ metadata: object.metadata });
  const shape = { apiVersion: `meta.k8s.io/${version}`, kind, listKind: `${kind}List`, whole };
  return representation({ ...shape, plan, key: `protobuf-partial/${version}` });
}

interface Shape {
  key: string;
  apiVersion: string;
  kind: string;
  listKind: string;
  plan: Plan;
  /** What of an entry is told. */
  whole(entry: CacheEntry): object;
}

function representation(shape: Shape): Representation {
  const { apiVersion, kind, listKind, plan } = shape;
  const message = (object: object, as = plan): Buffer =>
    Buffer.from(writeMessage(loadedProtobuf().write(), as, object as JsonObject).finish());
  const one = (object: object): Buffer => envelope(apiVersion, kind, message(object));
  /** By the list of a request, for as long as that goes on. */
  const prepared = new WeakMap<readonly CacheEntry[], Buffer[]>();
  return {
    key: shape.key,
    contentType: protobufType,
    streamType: `${protobufType};stream=watch`,
    object: entry => one(shape.whole(entry)),
    list(entries, head) {
      const parts = [field(1, listMeta(head))];
      const made = prepared.get(entries);
      entries.forEach((entry, i) => {
        const item = made?.[i] ?? message(shape.whole(entry));
        parts.push(head2(item.length), item);
      });
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      return [...opening(apiVersion, listKind, length), ...parts, closing];
    },
    prepareList(entries) {
      if (entries.length < many) return undefined;
      const made: Buffer[] = [];
      prepared.set(entries, made);
      return inSlices(entries, entry => made.push(message(shape.whole(entry))));
    },
    bookmark: (revision, annotations) => {
      const metadata = { resourceVersion: String(revision), ...(annotations ? { annotations } : {}) };
      return one({ metadata });
    },
    frame: watchEvent,
    error: status => envelope('v1', 'Status', message(status, planOf(modelOf('V1Status')) as Plan)),
  };
}

/** Fewer are made at once. */
const many = 50;
const sliceMs = 5;

/** Calls `make` for each, and lets others have their turn again and again. */
async function inSlices(entries: readonly CacheEntry[], make: (entry: CacheEntry) => void): Promise<void> {
  let until = performance.now() + sliceMs;
  for (const entry of entries) {
    if (performance.now() > until) {
      await new Promise(resolve => setImmediate(resolve));
      until = performance.now() + sliceMs;
    }
    make(entry);
  }
}

const envelope = (apiVersion: string, kind: string, raw: Buffer): Buffer =>
  Buffer.concat([...opening(apiVersion, kind, raw.length), raw, closing]);

/** What stands before `length` bytes of a message: runtime.Unknown with the type, and the head of its field `raw`. */
function opening(apiVersion: string, kind: string, length: number): Buffer[] {
  const type = loadedProtobuf().write().uint32(0x0a).string(apiVersion).uint32(0x12).string(kind).finish();
  return [magic, field(1, type), head2(length)];
}

/** runtime.Unknown's contentEncoding and contentType, which are empty. */
const closing = Buffer.from([0x1a, 0x00, 0x22, 0x00]);

const field = (number: number, bytes: Uint8Array): Buffer =>
  Buffer.from(
    loadedProtobuf()
      .write()
      .uint32((number << 3) | 2)
      .bytes(bytes)
      .finish(),
  );

/** The head of field 2, which has so many bytes. */
const head2 = (length: number): Buffer => Buffer.from(loadedProtobuf().write().uint32(0x12).uint32(length).finish());

function listMeta({ resourceVersion, continue: next, remainingItemCount }: ListHead): Uint8Array {
  const writer = loadedProtobuf().write().uint32(0x12).string(resourceVersion);
  if (next !== undefined) writer.uint32(0x1a).string(next);
  if (remainingItemCount !== undefined) writer.uint32(0x20).int64(remainingItemCount);
  return writer.finish();
}

/** meta.v1.WatchEvent {1: type, 2: {1: object}}, behind its length in four bytes. */
function watchEvent(type: EventType, object: Buffer): Buffer {
  const event = Buffer.concat([field(1, Buffer.from(type)), field(2, field(1, object))]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

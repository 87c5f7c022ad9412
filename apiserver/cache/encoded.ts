/**
 * Objects as bytes. A stored value is the object's JSON without a resourceVersion, because the revision that wrote it is
 * its version (so it is in Kubernetes' own etcd). What clients see is the same bytes with the revision put in: a splice,
 * never a second encoding.
 */
import type { AnyObject } from '../../api/types.js';

const marker = Buffer.from('"metadata":{"');
const head = /^\{"(?:kind":"[\w.-]+","apiVersion":"[\w./-]+|apiVersion":"[\w./-]+","kind":"[\w.-]+)",$/;

/** The bytes that are stored. kind, apiVersion and metadata come first, so that `withRevision` finds its place at once. */
export function encodeStored(object: AnyObject): Buffer {
  return Buffer.from(JSON.stringify(isLaidOut(object) ? object : laidOut(object)));
}

const inFront = new Set(['kind', 'apiVersion']);

/** Most clients send it in that order, and then it costs no copy. */
function isLaidOut(object: AnyObject): boolean {
  let place = 0;
  for (const name in object) {
    place++;
    if (place <= 2 ? !inFront.has(name) : name !== 'metadata') return false;
    if (place === 3) return object.metadata.resourceVersion === undefined;
  }
  return false;
}

function laidOut(object: AnyObject): object {
  const { kind, apiVersion, metadata, ...rest } = object;
  return { kind, apiVersion, metadata: { ...metadata, resourceVersion: undefined }, ...rest };
}

/** The stored bytes with `metadata.resourceVersion`. Values that another writer laid out otherwise are encoded anew. */
export function withRevision(stored: Uint8Array, revision: number): Buffer {
  const value = asBuffer(stored);
  const at = value.indexOf(marker);
  if (at >= 0 && head.test(value.toString('latin1', 0, at))) return splice(value, at, revision);
  const object = JSON.parse(value.toString()) as AnyObject;
  const ordered = encodeStored({ ...object, metadata: { name: '', ...object.metadata } });
  return splice(ordered, ordered.indexOf(marker), revision);
}

function splice(value: Buffer, at: number, revision: number): Buffer {
  const place = at + marker.length - 1;
  const version = `"resourceVersion":"${revision}",`;
  const bytes = Buffer.allocUnsafe(value.length + version.length);
  value.copy(bytes, 0, 0, place);
  bytes.write(version, place, 'latin1');
  value.copy(bytes, place + version.length, place);
  return bytes;
}

/** Bytes that `withRevision` made, with another revision in their place. */
export function atRevision(bytes: Buffer, revision: number): Buffer {
  const start = bytes.indexOf(marker) + marker.length - 1 + '"resourceVersion":"'.length;
  const end = bytes.indexOf('"', start);
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(String(revision)), bytes.subarray(end)]);
}

const versionAt = /"apiVersion":"([\w./-]+)"/;
/** Longer than any kind and apiVersion are together. */
const headLength = 512;

/** The apiVersion that bytes say in their head, where `encodeStored` and `withRevision` leave it. */
export const apiVersionIn = (bytes: Buffer): string =>
  versionAt.exec(bytes.toString('latin1', 0, headLength))?.[1] ?? '';

/** The same bytes under another apiVersion. */
export function withApiVersion(bytes: Buffer, apiVersion: string): Buffer {
  const found = versionAt.exec(bytes.toString('latin1', 0, headLength));
  if (!found) throw new TypeError('the bytes of an object do not begin with its apiVersion');
  const said = Buffer.from(`"apiVersion":"${apiVersion}"`);
  return Buffer.concat([bytes.subarray(0, found.index), said, bytes.subarray(found.index + found[0].length)]);
}

export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

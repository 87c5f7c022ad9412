/**
 * A revision as bytes, the value of its row in lmdb:
 *
 *   byte 0       1 for a put, 2 for a deletion
 *   bytes 1-8    createRevision   (double, little-endian: revisions are safe integers, times are milliseconds)
 *   bytes 9-16   expiresAt        (double, little-endian; 0 is never)
 *   bytes 17-20  length of the key in bytes (uint32, little-endian)
 *   then the key (UTF-8), then the value
 */
import type { Change, Version } from '../engine/journal.js';

/** Changes whenever the layout above does; stored beside the records. */
export const RECORD_FORMAT = 1;

const PUT = 1;
const DELETION = 2;
const HEADER = 21;

export function encodeRecord(change: Change): Buffer {
  const keyLength = Buffer.byteLength(change.key);
  const record = Buffer.allocUnsafe(HEADER + keyLength + change.value.length);
  record.writeUInt8(change.deleted ? DELETION : PUT, 0);
  record.writeDoubleLE(change.createRevision, 1);
  record.writeDoubleLE(change.expiresAt, 9);
  record.writeUInt32LE(keyLength, 17);
  record.write(change.key, HEADER);
  record.set(change.value, HEADER + keyLength);
  return record;
}

export function decodeVersion(revision: number, record: Buffer): Version {
  const kind = record.readUInt8(0);
  if (kind !== PUT && kind !== DELETION) {
    throw new Error(`revision ${revision} is damaged: it starts with ${kind}, not with ${PUT} or ${DELETION}`);
  }
  return {
    key: record.toString('utf8', HEADER, valueStart(record)),
    revision,
    createRevision: record.readDoubleLE(1),
    deleted: kind === DELETION,
    expiresAt: record.readDoubleLE(9),
  };
}

/** A view into the record, not a copy. */
export const decodeValue = (record: Buffer): Uint8Array => record.subarray(valueStart(record), record.length);

const valueStart = (record: Buffer): number => HEADER + record.readUInt32LE(17);

/** Large answers travel compressed to clients that take it (Kubernetes' APIResponseCompression). */
import { Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { AnyRequest } from './express-graft.js';
import { ranges } from './negotiate.js';

/** Kubernetes' bound, in bytes: below it, compressing takes longer than sending. */
const compressedFrom = 128 * 1024;

/** Whether the client of a read takes gzip, and the answer is long enough for it. */
export function isWorthCompressing({ method, headers }: AnyRequest, length: number): boolean {
  if (method !== 'GET' || length < compressedFrom) return false;
  const accepted = headers['accept-encoding'];
  return typeof accepted === 'string' && ranges(accepted).some(({ type }) => type === 'gzip');
}

/** The same bytes in gzip, made as they are asked for and outside this thread. */
export const compressed = (chunks: Iterable<Uint8Array>): AsyncIterable<Uint8Array> =>
  Readable.from(chunks).pipe(createGzip({ level: constants.Z_BEST_SPEED }));

/**
 * Header blocks as SPDY/3 compresses them: one zlib stream for all blocks of a connection, flushed after each. Only the
 * sending half exists: the replies that come back are understood without their headers.
 *
 * Each block is deflated on its own. A deflate block that refers to nothing before it is a valid continuation of any
 * stream, so the pieces joined are one zlib stream, and no compressor has to be kept (or awaited).
 */
import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { counted, dictionary } from './dictionary.js';

export class HeaderCompressor {
  private started = false;

  /** Names are sent in lower case, as the protocol demands. */
  compress(headers: Readonly<Record<string, string>>): Buffer {
    const entries = Object.entries(headers);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(entries.length);
    const plain = Buffer.concat([
      count,
      ...entries.flatMap(([name, value]) => [counted(name.toLowerCase()), counted(value)]),
    ]);
    const flush = { finishFlush: constants.Z_SYNC_FLUSH };
    if (this.started) return deflateRawSync(plain, flush);
    this.started = true;
    return deflateSync(plain, { ...flush, dictionary });
  }
}

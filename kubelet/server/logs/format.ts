/**
 * Pieces of a log file in, bytes for the reader out. A line that the runtime cut into partial pieces is put together
 * again, each stream's apart, so that stdout and stderr never meet within a line.
 */
import type { LogPiece, LogStream } from './line.js';
import type { LogOptions } from './options.js';

export type Formatting = Pick<LogOptions, 'timestamps' | 'since' | 'limitBytes' | 'stream'>;

/** A line that never ends is passed on when so much of it has gathered. */
const longestHeld = 1 << 20;
const newline = Buffer.from('\n');

/** The line that a stream is in the middle of. */
interface OpenLine {
  pieces: Buffer[];
  bytes: number;
  /** Begun before `since`, so that none of it is shown. */
  hidden: boolean;
}

export class LogFormatter {
  private readonly open: Partial<Record<LogStream, OpenLine>> = {};
  private remaining: number;

  constructor(private readonly options: Formatting) {
    this.remaining = options.limitBytes ?? Number.POSITIVE_INFINITY;
  }

  /** limitBytes have been given out: nothing more will come. */
  get full(): boolean {
    return this.remaining <= 0;
  }

  /** What there is to send after this piece; empty while its line goes on. */
  push(piece: LogPiece): Buffer {
    const { stream } = piece;
    if (this.options.stream !== undefined && this.options.stream !== stream) return Buffer.alloc(0);
    const line = this.open[stream] ?? this.begin(piece);
    line.pieces.push(piece.content);
    line.bytes += piece.content.length;
    if (piece.partial) {
      this.open[stream] = line;
      return line.bytes > longestHeld ? this.take(line) : Buffer.alloc(0);
    }
    delete this.open[stream];
    line.pieces.push(newline);
    return this.take(line);
  }

  /** The log has ended: what its unfinished lines hold, without a newline, for there was none. */
  end(): Buffer {
    const rest = Object.values(this.open).map(line => this.take(line));
    return Buffer.concat(rest);
  }

  private begin(piece: LogPiece): OpenLine {
    const hidden = this.options.since !== undefined && Date.parse(piece.time) < this.options.since;
    const pieces = this.options.timestamps ? [Buffer.from(`${piece.time} `)] : [];
    return { pieces, bytes: 0, hidden };
  }

  private take(line: OpenLine): Buffer {
    const bytes = line.hidden ? Buffer.alloc(0) : Buffer.concat(line.pieces);
    line.pieces = [];
    line.bytes = 0;
    const given = bytes.length > this.remaining ? bytes.subarray(0, this.remaining) : bytes;
    this.remaining -= given.length;
    return given;
  }
}

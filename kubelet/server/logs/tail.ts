/** Where the last lines of a log begin, found from its end: a log of gigabytes costs no more than the lines asked for. */
import { parseLine } from './line.js';

/** Reads exactly `length` bytes at `position`; fewer only when the file has shrunk. */
export type ReadAt = (position: number, length: number) => Promise<Buffer>;

const newline = 0x0a;

/**
 * The offset at which the last `lines` lines begin. A line that the runtime cut into pieces counts once; bytes after
 * the last newline are a line still being written, and do not count.
 */
export async function tailOffset(read: ReadAt, size: number, lines: number, blockSize = 64 * 1024): Promise<number> {
  let start = size;
  /** The bytes from `start` on that belong to a line whose beginning has not been read yet. */
  let carried: Buffer = Buffer.alloc(0);
  const counter = new BackwardCounter(lines);
  while (start > 0) {
    const length = Math.min(blockSize, start);
    start -= length;
    const block = Buffer.concat([await read(start, length), carried]);
    let lineEnd = block.length;
    for (let at = block.lastIndexOf(newline); at >= 0; at = lastNewline(block, at)) {
      if (counter.isBeyond(block.subarray(at + 1, lineEnd))) return start + lineEnd;
      lineEnd = at + 1;
    }
    carried = block.subarray(0, lineEnd);
  }
  return counter.isBeyond(carried) ? carried.length : 0;
}

const lastNewline = (block: Buffer, before: number): number =>
  before === 0 ? -1 : block.lastIndexOf(newline, before - 1);

/** Sees the lines of a file from the last to the first. */
class BackwardCounter {
  private counted = 0;
  private sawWhole = false;

  constructor(private readonly wanted: number) {}

  /** `line` with its newline. True when it ends a line before the wanted ones. */
  isBeyond(line: Buffer): boolean {
    if (line.length === 0 || line[line.length - 1] !== newline) return false;
    const piece = parseLine(line.subarray(0, -1));
    // A partial piece belongs to the line after it, except at the end of the log, where that line is still missing.
    const ends = piece !== undefined && !piece.partial;
    if (ends || (piece?.partial && !this.sawWhole && this.counted === 0)) this.counted += 1;
    if (ends) this.sawWhole = true;
    return this.counted > this.wanted;
  }
}

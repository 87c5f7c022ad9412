/**
 * Cuts a stream of bytes at newlines. It works on bytes, not on strings: a character of several bytes may be split
 * between two chunks, but a newline byte is never a part of one. Long lines are joined once, when they are complete.
 */
export class LineSplitter {
  #parts: Buffer[] = [];

  /** The lines that `chunk` completes, without their newlines; empty lines are left out. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = this.#take(chunk.subarray(start, end));
      if (line !== '') lines.push(line);
      start = end + 1;
    }
    if (start < chunk.length) this.#parts.push(chunk.subarray(start));
    return lines;
  }

  /** What remains at the end of the stream: a line without its newline, or ''. */
  rest(): string {
    return this.#take(Buffer.alloc(0));
  }

  #take(last: Buffer): string {
    if (this.#parts.length === 0) return last.toString('utf8');
    const whole = Buffer.concat([...this.#parts, last]);
    this.#parts = [];
    return whole.toString('utf8');
  }
}

/** Bytes in, whole lines out; what follows the last newline waits for more. */
export class LineSplitter {
  private readonly held: Buffer[] = [];

  /** The lines that `chunk` completes, without their newlines. They share the chunk's memory. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      const last = chunk.subarray(start, end);
      lines.push(this.held.length === 0 ? last : Buffer.concat([...this.held.splice(0), last]));
      start = end + 1;
    }
    // Copied, for the caller reads the next chunk into the same memory.
    if (start < chunk.length) this.held.push(Buffer.from(chunk.subarray(start)));
    return lines;
  }

  /** What is held, as a last line, and forgotten. */
  rest(): Buffer | undefined {
    return this.held.length === 0 ? undefined : Buffer.concat(this.held.splice(0));
  }
}

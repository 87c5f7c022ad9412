/** A stream of bytes as whole lines with a prefix each, so that several streams can share one output. */
export class PrefixedLines {
  #rest: Buffer = Buffer.alloc(0);
  readonly #prefix: string;

  constructor(prefix: string) {
    // Bytes are handled as latin1, a character each: what is not text passes unchanged.
    this.#prefix = Buffer.from(prefix).toString('latin1');
  }

  /** The lines that `chunk` completes; what is left waits for its newline. */
  push(chunk: Buffer): Buffer {
    const all = Buffer.concat([this.#rest, chunk]);
    const end = all.lastIndexOf(10) + 1;
    this.#rest = all.subarray(end);
    return this.#prefixed(all.subarray(0, end));
  }

  /** What remains at the end of the stream, as a line. */
  end(): Buffer {
    return this.#rest.length === 0 ? this.#rest : this.push(Buffer.from('\n'));
  }

  #prefixed(lines: Buffer): Buffer {
    if (lines.length === 0) return lines;
    const text = lines.subarray(0, -1).toString('latin1').split('\n');
    return Buffer.from(text.map(line => `${this.#prefix}${line}\n`).join(''), 'latin1');
  }
}

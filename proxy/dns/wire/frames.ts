/** Messages over TCP: each has its length before it, in two bytes. */

export function frame(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** Puts together what comes in pieces. Never holds more than one message that is not whole. */
export class Frames {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages that this piece completes. */
  push(piece: Buffer): Buffer[] {
    const found: Buffer[] = [];
    let rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    while (rest.length >= 2) {
      const end = 2 + rest.readUInt16BE(0);
      if (rest.length < end) break;
      found.push(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
    this.#rest = rest;
    return found;
  }
}

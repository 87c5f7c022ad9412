/** Which numbers of a range are taken, a bit each, as Kubernetes keeps them in a RangeAllocation. */
export class Bitmap {
  #bits = 0n;

  /** `data` is a big-endian number whose lowest bit is the first of the range. */
  constructor(data: Uint8Array = new Uint8Array()) {
    if (data.length > 0) this.#bits = BigInt(`0x${Buffer.from(data).toString('hex')}`);
  }

  has(offset: number): boolean {
    return ((this.#bits >> BigInt(offset)) & 1n) === 1n;
  }

  add(offset: number): void {
    this.#bits |= 1n << BigInt(offset);
  }

  remove(offset: number): void {
    if (this.has(offset)) this.#bits ^= 1n << BigInt(offset);
  }

  toBytes(): Buffer {
    if (this.#bits === 0n) return Buffer.alloc(0);
    const digits = this.#bits.toString(16);
    return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  }
}

/** Ranges of keys, as etcd asks for them: [key, range_end) in bytes. */

/** As a key, the least there is (etcd takes no empty one); as the end of a range, the place after the last. */
export const NUL = Buffer.from([0]);

/** The least key that is greater than every key with the prefix. */
export function prefixEnd(prefix: Buffer): Buffer {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const byte = prefix[i] as number;
    if (byte === 0xff) continue;
    const end = Buffer.from(prefix.subarray(0, i + 1));
    end[i] = byte + 1;
    return end;
  }
  return NUL;
}

export function rangeOf(prefix: Buffer): { key: Buffer; range_end: Buffer } {
  return { key: prefix.length === 0 ? NUL : prefix, range_end: prefixEnd(prefix) };
}

/** The least key after this one. */
export const keyAfter = (key: Buffer): Buffer => Buffer.concat([key, NUL]);

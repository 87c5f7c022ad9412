/**
 * Ciphers for values at rest, in the forms in which Kubernetes stores them, so that its API server can read ours and we
 * its. `context` is the value's key in the store: what is bound to it cannot be put in another's place.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';

export interface Cipher {
  seal(plain: Uint8Array, context: string): Buffer;
  /** Throws an Error for what was not sealed with this key, or has been changed. */
  open(sealed: Buffer, context: string): Buffer;
}

export type CipherName = 'aesgcm' | 'aescbc' | 'secretbox';

/** Sizes of keys in bytes. */
export const keySizes: Record<CipherName, readonly number[]> = {
  aesgcm: [16, 24, 32],
  aescbc: [16, 24, 32],
  secretbox: [32],
};

export const ciphers: Record<CipherName, (key: Buffer) => Cipher> = { aesgcm, aescbc, secretbox };

/** A nonce of 12 bytes, what is hidden, and a tag of 16 bytes, which vouches for the context as well. */
function aesgcm(key: Buffer): Cipher {
  const algorithm = `aes-${(key.length * 8) as 256}-gcm` as const;
  return {
    seal(plain, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(context));
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, context) {
      if (sealed.length < 28) throw new Error('the stored data was shorter than the required size');
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, 12), { authTagLength: 16 });
      decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-16));
      return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
    },
  };
}

/** An initialization vector of 16 bytes, then whole blocks. Nothing vouches for them: Kubernetes keeps it for old data. */
function aescbc(key: Buffer): Cipher {
  const algorithm = `aes-${key.length * 8}-cbc`;
  return {
    seal(plain) {
      const vector = randomBytes(16);
      const cipher = createCipheriv(algorithm, key, vector);
      return Buffer.concat([vector, cipher.update(plain), cipher.final()]);
    },
    open(sealed) {
      if (sealed.length < 32) throw new Error('the stored data was shorter than the required size');
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, 16));
      return Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()]);
    },
  };
}

/** A nonce of 24 bytes, then NaCl's secretbox. */
function secretbox(key: Buffer): Cipher {
  return {
    seal(plain) {
      const nonce = randomBytes(24);
      return Buffer.concat([nonce, xsalsa20poly1305(key, nonce).encrypt(plain)]);
    },
    open(sealed) {
      if (sealed.length < 40) throw new Error('the stored data was shorter than the required size');
      return Buffer.from(xsalsa20poly1305(key, sealed.subarray(0, 24)).decrypt(sealed.subarray(24)));
    },
  };
}

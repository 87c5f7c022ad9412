import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { algorithmOf, keyIdOf } from '../../api/service-account-tokens.js';

export type Sign = (claims: Record<string, string>) => Promise<string>;

/** Signs with the key in a PEM file, which is read for each token: one that was exchanged counts at once. */
export function signerFrom(path: string): Sign {
  return async claims => {
    const key = createPrivateKey(await readFile(path, 'utf8'));
    const { SignJWT } = await import('jose');
    return new SignJWT(claims).setProtectedHeader({ alg: algorithmOf(key), kid: keyIdOf(key) }).sign(key);
  };
}

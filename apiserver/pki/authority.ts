/** The cluster's certificate authority: kept, renewed with its own key, or made; never silently replaced. */
import { type KeyObject, X509Certificate } from 'node:crypto';
import { certificateOf, expiresSoon } from './assess.js';
import { readIfThere, writeWhole } from './files.js';
import { newPrivateKey, privateKeyOf, privatePem } from './keys.js';
import type { KeyPair } from './paths.js';

export interface Authority {
  pem: string;
  cert: X509Certificate;
  /** Throws PkiError when the key is not on this machine. */
  key(): KeyObject;
}

export class PkiError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PkiError';
  }
}

/** Two authorities of a cluster must have two names: by them it is known who signed what. */
export async function ensureAuthority(commonName: string, paths: KeyPair, now: number): Promise<Authority> {
  const [pem, keyPem] = await Promise.all([readIfThere(paths.cert), readIfThere(paths.key)]);
  if (pem === undefined) return issueAnew(commonName, paths, keyPem, now);
  const cert = certificateOf(pem);
  if (!cert?.ca) throw new PkiError(`${paths.cert} holds no certificate of an authority: restore it from a backup`);
  const key = keyPem === undefined ? undefined : readKey(paths.key, keyPem);
  if (key && !cert.checkPrivateKey(key)) {
    throw new PkiError(`${paths.key} is not the key of ${paths.cert}: restore the pair from a backup`);
  }
  if (key && expiresSoon(cert, now)) return issueAnew(commonName, paths, keyPem, now);
  return authority(paths, pem, key);
}

/** With the key that is there, so that what it signed stays valid; with a new one in a new cluster. */
async function issueAnew(
  commonName: string,
  paths: KeyPair,
  keyPem: string | undefined,
  now: number,
): Promise<Authority> {
  const { issueAuthority } = await import('./issue.js');
  const key = keyPem === undefined ? newPrivateKey() : readKey(paths.key, keyPem);
  if (keyPem === undefined) await writeWhole(paths.key, privatePem(key), 0o600);
  const pem = await issueAuthority(commonName, key, now);
  await writeWhole(paths.cert, pem, 0o644);
  return authority(paths, pem, key);
}

function readKey(path: string, pem: string): KeyObject {
  const key = privateKeyOf(pem);
  if (!key) throw new PkiError(`${path} holds no private key: restore it from a backup`);
  return key;
}

const authority = (paths: KeyPair, pem: string, key: KeyObject | undefined): Authority => ({
  pem,
  cert: new X509Certificate(pem),
  key() {
    if (key) return key;
    throw new PkiError(`a certificate must be issued, but ${paths.key} is missing: restore it from a backup`);
  },
});

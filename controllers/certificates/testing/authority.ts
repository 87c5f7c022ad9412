/** An authority of ten years, for tests. */
import 'reflect-metadata';
import { createPublicKey, type KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Authority } from '../sign.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export async function selfSigned(key: KeyObject, now: number): Promise<Authority> {
  const der = key.export({ type: 'pkcs8', format: 'der' });
  const name = [{ CN: ['test-ca'] }];
  const cert = await x509.X509CertificateGenerator.create({
    subject: name,
    issuer: name,
    notBefore: new Date(now),
    notAfter: new Date(now + 10 * 365 * 24 * 3_600_000),
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }),
    signingKey: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return { cert: cert.toString('pem'), key: key.export({ type: 'pkcs8', format: 'pem' }) as string };
}

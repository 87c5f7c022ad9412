/** Makes keys and certificates. Loads @peculiar/x509 (some 200 ms): import this file only when something is to be issued. */
import 'reflect-metadata';
import { createPublicKey, type KeyObject, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { caLifetimeMs, leafLifetimeMs, type Pem } from './assess.js';
import type { Identity } from './identities.js';
import { newPrivateKey, privatePem } from './keys.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Clocks of machines that join may be a little behind. */
const backdateMs = 5 * 60 * 1000;

/** A self-signed certificate for the authority's key. The same key and name again renew it: what it issued stays valid. */
export async function issueAuthority(commonName: string, key: KeyObject, now: number): Promise<string> {
  const publicKey = publicDer(key);
  const name = [{ CN: [commonName] }];
  const cert = await x509.X509CertificateGenerator.create({
    subject: name,
    issuer: name,
    notBefore: new Date(now - backdateMs),
    notAfter: new Date(now + caLifetimeMs),
    publicKey,
    signingKey: await signingKey(key),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  return `${cert.toString('pem')}\n`;
}

/** Issues certificates of the authority whose certificate (PEM) and key these are. */
export async function issuer(
  authority: string,
  authorityKey: KeyObject,
  now: number,
): Promise<(identity: Identity) => Promise<Pem>> {
  const parsed = new x509.X509Certificate(authority);
  const key = await signingKey(authorityKey);
  return async (identity: Identity): Promise<Pem> => {
    const own = newPrivateKey();
    const cert = await x509.X509CertificateGenerator.create({
      subject: subjectOf(identity),
      issuer: parsed.subjectName,
      notBefore: new Date(now - backdateMs),
      notAfter: new Date(Math.min(now + leafLifetimeMs, parsed.notAfter.getTime())),
      publicKey: publicDer(own),
      signingKey: key,
      signingAlgorithm: algorithm,
      extensions: await extensionsOf(identity, parsed.publicKey),
    });
    return { cert: `${cert.toString('pem')}\n`, key: privatePem(own) };
  };
}

const subjectOf = ({ organization, commonName }: Identity): x509.JsonName => [
  ...(organization === undefined ? [] : [{ O: [organization] }]),
  { CN: [commonName] },
];

async function extensionsOf(identity: Identity, authority: x509.PublicKey): Promise<x509.Extension[]> {
  const names = identity.addresses.map(value => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value }));
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(identity.usages.map(usage => x509.ExtendedKeyUsage[usage])),
    await x509.AuthorityKeyIdentifierExtension.create(authority),
    ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
  ];
}

const publicDer = (key: KeyObject): Buffer => createPublicKey(key).export({ type: 'spki', format: 'der' });

const signingKey = (key: KeyObject): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), algorithm, false, ['sign']);

/** Issues what a request asks for, with the cluster's authority. Loads @peculiar/x509: import it only when there is one. */
import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { alternativeNamesOf, type ReadRequest } from '../../api/certificates/request.js';

/** PEM. */
export interface Authority {
  cert: string;
  key: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Clocks of machines may be a little behind. */
const backdateMs = 5 * 60 * 1000;
const lifetimeMs = 365 * 24 * 3_600_000;

const flags: Readonly<Record<string, x509.KeyUsageFlags>> = {
  signing: x509.KeyUsageFlags.digitalSignature,
  'digital signature': x509.KeyUsageFlags.digitalSignature,
  'key encipherment': x509.KeyUsageFlags.keyEncipherment,
};

const extended: Readonly<Record<string, x509.ExtendedKeyUsage>> = {
  'client auth': x509.ExtendedKeyUsage.clientAuth,
  'server auth': x509.ExtendedKeyUsage.serverAuth,
};

export interface Terms {
  usages: readonly string[];
  /** As the request asks; never longer than a year, or than the authority lives. */
  expirationSeconds?: number;
  now: number;
}

/** A certificate, PEM. The request's signature and names have been checked. */
export async function sign(authority: Authority, { parsed }: ReadRequest, terms: Terms): Promise<string> {
  const { usages, expirationSeconds, now } = terms;
  const issuer = new x509.X509Certificate(authority.cert);
  const key = createPrivateKey(authority.key).export({ type: 'pkcs8', format: 'der' });
  const wanted = Math.min(expirationSeconds === undefined ? lifetimeMs : expirationSeconds * 1000, lifetimeMs);
  const alternative = alternativeNamesOf(parsed);
  const cert = await x509.X509CertificateGenerator.create({
    subject: parsed.subjectName,
    issuer: issuer.subjectName,
    notBefore: new Date(now - backdateMs),
    notAfter: new Date(Math.min(now + wanted, issuer.notAfter.getTime())),
    publicKey: parsed.publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', key, algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      ...keyUsages(usages),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(alternative ? [alternative] : []),
    ],
  });
  return `${cert.toString('pem')}\n`;
}

/** None that allows nothing: TLS libraries take that for a key that is good for nothing, whatever else is allowed. */
function keyUsages(usages: readonly string[]): x509.Extension[] {
  const plain = usages.reduce((sum, usage) => sum | (flags[usage] ?? 0), 0);
  const more = usages.flatMap(usage => extended[usage] ?? []);
  return [
    ...(plain === 0 ? [] : [new x509.KeyUsagesExtension(plain, true)]),
    ...(more.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(more)]),
  ];
}

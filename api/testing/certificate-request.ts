/** PKCS#10 requests for tests, as a CertificateSigningRequest carries them. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface Wanted {
  commonName: string;
  organizations?: string[];
  names?: { type: x509.GeneralNameType; value: string }[];
}

/** PEM in base64. */
export async function certificateRequestFor({ commonName, organizations = [], names = [] }: Wanted): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [...organizations.map(name => ({ O: [name] })), { CN: [commonName] }],
    keys,
    signingAlgorithm: algorithm,
    extensions: names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [],
  });
  return Buffer.from(request.toString('pem')).toString('base64');
}

/** As `request`, but for one bit of its signature. */
export function withFalseSignature(request: string): string {
  const pem = Buffer.from(request, 'base64').toString();
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  der[der.length - 1] = (der.at(-1) as number) ^ 1;
  const label = 'CERTIFICATE REQUEST';
  return Buffer.from(`-----BEGIN ${label}-----\n${der.toString('base64')}\n-----END ${label}-----\n`).toString(
    'base64',
  );
}

/** Reads PKCS#10 certificate requests. Loads @peculiar/x509 (some 200 ms): import this file only when there is one to read. */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

export interface RequestedNames {
  commonName: string;
  organizations: readonly string[];
  dns: readonly string[];
  ips: readonly string[];
  emails: readonly string[];
  uris: readonly string[];
}

export interface ReadRequest {
  readonly names: RequestedNames;
  readonly parsed: x509.Pkcs10CertificateRequest;
  /** Did the holder of the key sign it? */
  verify(): Promise<boolean>;
}

/** `request` as a CertificateSigningRequest carries it: PEM in base64. Throws an Error that says what is wrong. */
export function readRequest(request: string): ReadRequest {
  const pem = Buffer.from(request, 'base64').toString('latin1');
  const block = /-----BEGIN ([^-]+)-----([\s\S]*?)-----END \1-----/.exec(pem);
  if (block?.[1] !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const parsed = new x509.Pkcs10CertificateRequest(Buffer.from(block[2] as string, 'base64'));
  return { parsed, names: namesOf(parsed), verify: () => parsed.verify() };
}

function namesOf(parsed: x509.Pkcs10CertificateRequest): RequestedNames {
  const field = (name: string): string[] => parsed.subjectName.getField(name);
  const alternative = alternativeNamesOf(parsed)?.names.items ?? [];
  const ofType = (type: x509.GeneralNameType): string[] =>
    alternative.filter(name => name.type === type).map(name => name.value);
  return {
    commonName: field('CN').at(-1) ?? '',
    organizations: field('O'),
    dns: ofType('dns'),
    ips: ofType('ip'),
    emails: ofType('email'),
    uris: ofType('url'),
  };
}

export const alternativeNamesOf = (
  parsed: x509.Pkcs10CertificateRequest,
): x509.SubjectAlternativeNameExtension | undefined =>
  parsed.extensions.find(each => each instanceof x509.SubjectAlternativeNameExtension);

/** A certificate by way of a CertificateSigningRequest (TLS bootstrap): the key is made here, and never leaves. */
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Clock } from '../../api/clock.js';
import type { CertificateSigningRequest } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { certificateSigningRequests } from '../../client/resources.js';
import { Failure } from '../failure.js';

export interface Wanted {
  signerName: string;
  commonName: string;
  organization: string;
  /** Names that the certificate is good for. */
  dns?: readonly string[];
  usages: readonly string[];
}

const patienceMs = 60_000;
const lookMs = 100;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** PEM. Throws a Failure when it is refused, or nobody approves it in time. */
export async function requestCertificate(
  client: Client,
  wanted: Wanted,
  clock: Clock,
): Promise<{ cert: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const { metadata } = await client.create(certificateSigningRequests, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { generateName: 'node-csr-' },
    spec: {
      request: Buffer.from(await requestPem(wanted, keys)).toString('base64'),
      signerName: wanted.signerName,
      usages: [...wanted.usages],
    },
  });
  const cert = await issued(client, metadata.name ?? '', clock);
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }) as string;
  return { cert, key };
}

async function requestPem(
  { organization, commonName, dns = [] }: Wanted,
  keys: webcrypto.CryptoKeyPair,
): Promise<string> {
  const names = dns.map(value => ({ type: 'dns' as const, value }));
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ O: [organization] }, { CN: [commonName] }],
    keys,
    signingAlgorithm: algorithm,
    extensions: names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [],
  });
  return `${request.toString('pem')}\n`;
}

/** Asked again and again, as kubelets' own first requests are: who joins may get a request, not watch them. */
async function issued(client: Client, name: string, clock: Clock): Promise<string> {
  const began = clock.now();
  for (;;) {
    const csr = await client.get(certificateSigningRequests, { name });
    if (csr.status?.certificate) return Buffer.from(csr.status.certificate, 'base64').toString();
    const refused = refusalIn(csr);
    if (refused !== undefined) throw new Failure(`the cluster refused the certificate request ${name}: ${refused}.`);
    if (clock.now() - began > patienceMs)
      throw new Failure(
        `nobody approved and signed the certificate request ${name} in ${patienceMs / 1000} s: 'kubectl certificate approve ${name}' does, then join again.`,
      );
    await clock.sleep(lookMs);
  }
}

const refusalIn = ({ status }: CertificateSigningRequest): string | undefined => {
  const found = status?.conditions?.find(({ type }) => type === 'Denied' || type === 'Failed');
  return found && `${found.reason}: ${found.message}`;
};

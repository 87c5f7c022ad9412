/** A certificate authority for tests, written to a directory as the kubelet finds it. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface Pair {
  cert: string;
  key: string;
}

export interface Authority {
  /** Holds ca.crt, kubelet.crt and kubelet.key. */
  pkiDir: string;
  ca: string;
  /** A client's certificate. */
  issue(commonName: string, ...organizations: string[]): Promise<Pair>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const notAfter = new Date(Date.now() + 3_600_000);

export async function createAuthority(): Promise<Authority> {
  const keys = await newKeys();
  const root = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=test-ca',
      notAfter,
      keys,
      signingAlgorithm: algorithm,
      extensions: [new BasicConstraintsExtension(true, 0, true)],
    },
    webcrypto as never,
  );
  const issue = (name: string): Promise<Pair> => certify(name, root, keys);
  const pkiDir = await mkdtemp(join(tmpdir(), 'orrery-kubelet-pki-'));
  const kubelet = await issue('CN=system:node:lab');
  const files = { 'ca.crt': root.toString('pem'), 'kubelet.crt': kubelet.cert, 'kubelet.key': kubelet.key };
  for (const [file, content] of Object.entries(files)) await writeFile(join(pkiDir, file), content);
  return {
    pkiDir,
    ca: files['ca.crt'],
    issue: (commonName, ...organizations) => issue([`CN=${commonName}`, ...organizations.map(o => `O=${o}`)].join(',')),
  };
}

async function certify(subject: string, root: X509Certificate, authority: webcrypto.CryptoKeyPair): Promise<Pair> {
  const keys = await newKeys();
  const issued = await X509CertificateGenerator.create(
    {
      ...{ subject, issuer: root.subject, notAfter },
      ...{ publicKey: keys.publicKey, signingKey: authority.privateKey, signingAlgorithm: algorithm },
      extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
    },
    webcrypto as never,
  );
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return { cert: issued.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n` };
}

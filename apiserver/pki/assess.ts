/** Is a certificate on disk still good? Decided with node:crypto alone, so that a start with good files loads nothing. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Identity } from './identities.js';
import { privateKeyOf } from './keys.js';

export interface Pem {
  cert: string;
  key: string;
}

const dayMs = 24 * 3600 * 1000;
/** What expires within this time is renewed. */
export const renewBeforeMs = 30 * dayMs;
export const leafLifetimeMs = 365 * dayMs;
export const caLifetimeMs = 3650 * dayMs;

const usageOids = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' } as const;

/** Why this certificate must be issued anew; undefined when it can stay. `now` in milliseconds. */
export function whyRenew(
  found: Partial<Pem>,
  wanted: Identity,
  authority: X509Certificate,
  now: number,
): string | undefined {
  if (!found.cert || !found.key) return 'it is missing';
  const cert = certificateOf(found.cert);
  const key = privateKeyOf(found.key);
  if (!cert || !key) return 'it cannot be read';
  if (!cert.checkPrivateKey(key)) return 'its key is another one';
  if (!cert.checkIssued(authority) || !cert.verify(authority.publicKey)) return 'another authority issued it';
  if (expiresSoon(cert, now)) return `it expires on ${cert.validTo}`;
  if (cert.subject !== subjectOf(wanted)) return `it belongs to ${cert.subject.replaceAll('\n', ', ')}`;
  if (wanted.usages.some(usage => !cert.keyUsage?.includes(usageOids[usage]))) return 'it lacks a usage';
  const missing = wanted.addresses.find(address => !covers(cert, address));
  return missing === undefined ? undefined : `it lacks the address ${missing}`;
}

export const expiresSoon = (cert: X509Certificate, now: number): boolean =>
  Date.parse(cert.validTo) - now < renewBeforeMs;

/** The subject as node:crypto prints it. */
const subjectOf = (identity: Identity): string =>
  [...(identity.organization === undefined ? [] : [`O=${identity.organization}`]), `CN=${identity.commonName}`].join(
    '\n',
  );

const covers = (cert: X509Certificate, address: string): boolean =>
  isIP(address)
    ? cert.checkIP(address) !== undefined
    : cert.checkHost(address, { subject: 'never', wildcards: false }) !== undefined;

export function certificateOf(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

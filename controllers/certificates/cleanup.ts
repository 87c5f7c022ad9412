/** When a request has served its time. Pure. */
import { X509Certificate } from 'node:crypto';
import { conditionsOf } from '../../api/kinds/certificatesigningrequest/conditions.js';
import type { CertificateSigningRequest } from '../../api/types.js';

const hourMs = 3_600_000;
/** After a decision (approved, denied, failed), and while there is none: Kubernetes' times. */
const decidedMs = hourMs;
const pendingMs = 24 * hourMs;

/** The time from which on the request may go. */
export function removableFrom(csr: CertificateSigningRequest): number {
  const created = Date.parse(csr.metadata.creationTimestamp ?? '');
  const decided = conditionsOf(csr).map(({ lastUpdateTime }) => Date.parse(lastUpdateTime ?? '') || created);
  const times = decided.length === 0 ? [created + pendingMs] : decided.map(time => time + decidedMs);
  const expiry = expiryOf(csr.status?.certificate);
  return Math.min(...times, ...(expiry === undefined ? [] : [expiry]));
}

function expiryOf(certificate: string | undefined): number | undefined {
  if (!certificate) return undefined;
  try {
    return Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo);
  } catch {
    // Another signer's certificate that cannot be read says nothing about its time.
    return undefined;
  }
}

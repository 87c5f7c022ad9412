/**
 * A node's certificates while it runs, as Kubernetes' kubelet rotates its own: before they end a new one is asked for by way of a
 * CertificateSigningRequest, with a new key, and takes the place of the old one in the files that the node's processes follow.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import { pkiPaths } from '../../apiserver/pki/paths.js';
import type { Layout } from '../cluster/layout.js';
import { connectionOf, replaceCredentials } from './credentials.js';

/** Longer than this no timer sleeps; and files may have been written by others. */
const longestSleepMs = 3_600_000;
const retryMs = 300_000;

interface Life {
  notBefore: number;
  notAfter: number;
}

/** After 70 to 90 percent of its life, so that nodes that joined together do not all ask at once. `chance` is from 0 to below 1. */
export const rotateAt = ({ notBefore, notAfter }: Life, chance: number): number =>
  notBefore + (notAfter - notBefore) * (0.7 + 0.2 * chance);

export const lifeOf = (pem: string): Life => {
  const { validFrom, validTo } = new X509Certificate(pem);
  return { notBefore: Date.parse(validFrom), notAfter: Date.parse(validTo) };
};

export interface RotationOptions {
  layout: Layout;
  nodeName: string;
  clock: Clock;
  /** Decided once, from 0 to below 1. */
  chance: number;
  log: Logger;
  signal: AbortSignal;
}

/** Runs until the signal aborts. */
export async function rotateCredentials({
  layout,
  nodeName,
  clock,
  chance,
  log,
  signal,
}: RotationOptions): Promise<void> {
  while (!signal.aborted) {
    let wait = longestSleepMs;
    try {
      const certificates = [
        connectionOf(layout).cert ?? '',
        readFileSync(pkiPaths(layout.dataDir).kubelet.cert, 'utf8'),
      ];
      const due = Math.min(...certificates.map(pem => rotateAt(lifeOf(pem), chance)));
      if (clock.now() >= due) {
        await replaceCredentials(layout, nodeName);
        log.info({ node: nodeName }, 'its certificates were rotated');
      }
      wait = Math.min(longestSleepMs, Math.max(retryMs, due - clock.now()));
    } catch (error) {
      wait = retryMs;
      log.warn({ node: nodeName, reason: (error as Error).message }, 'its certificates could not be rotated');
    }
    await clock.sleep(wait, signal);
  }
}

/** The authority that signs requests, from its files. */
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Authority } from './sign.js';

/** Undefined where no files are named, or they are not here (the key stays on one machine): another signer does then. */
export function authorityFrom(certFile?: string, keyFile?: string, log?: Logger): Authority | undefined {
  if (certFile === undefined || keyFile === undefined) return undefined;
  try {
    return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  } catch (error) {
    log?.warn(
      { reason: (error as Error).message },
      'certificate requests are not signed here: the authority cannot be read',
    );
    return undefined;
  }
}

/** The kubelet's serving certificate, which is rotated as it runs: from the files of its folder, looked at once a minute. */
import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import { join } from 'node:path';
import type { Logger } from 'pino';

const lookMs = 60_000;

export interface Serving {
  cert: Buffer;
  key: Buffer;
  ca: Buffer;
}

/** Throws when a file cannot be read. */
export function readServing(folder: string): Serving {
  const read = (file: string): Buffer => readFileSync(join(folder, file));
  return { cert: read('kubelet.crt'), key: read('kubelet.key'), ca: read('ca.crt') };
}

/** Connections that are open stay as they are. Answers how to end it. */
export function followServing(
  server: Pick<Server, 'setSecureContext'>,
  folder: string,
  log: Logger,
  everyMs = lookMs,
): () => void {
  const timeOf = (): number | undefined => statSync(join(folder, 'kubelet.crt'), { throwIfNoEntry: false })?.mtimeMs;
  let known = timeOf();
  const looking = setInterval(() => {
    const time = timeOf();
    if (time === known) return;
    try {
      server.setSecureContext({ ...readServing(folder), minVersion: 'TLSv1.2' });
      known = time;
      log.info('a new serving certificate is used');
    } catch (error) {
      // It is being written, certificate after key: the next look finds a pair.
      log.debug({ reason: (error as Error).message }, 'the serving certificate cannot be used yet');
    }
  }, everyMs);
  looking.unref();
  return () => clearInterval(looking);
}

/** Bearer tokens that stand in a file which something else renews (the kubelet does for a pod's service account). */
import { readFileSync } from 'node:fs';
import { ConnectionError } from '../client.js';
import type { TokenSource } from '../connection.js';

const rereadMs = 60_000;

/** Reads the file again once a minute, and at once when the server refuses the token that it had. */
export function tokenFileSource(path: string, now: () => number): TokenSource {
  let token = '';
  let readAt = Number.NEGATIVE_INFINITY;
  return refused => {
    if (refused !== token && now() - readAt < rereadMs) return token;
    try {
      token = readFileSync(path, 'utf8').trim();
    } catch (error) {
      throw new ConnectionError(`the token file ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`, {
        cause: error,
      });
    }
    readAt = now();
    return token;
  };
}

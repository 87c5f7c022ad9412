/** A connection whose kubeconfig somebody rewrites: the node's, as its certificate is rotated. */
import { statSync } from 'node:fs';
import type { Connection } from '../connection.js';
import { loadKubeconfig } from '../kubeconfig.js';

/** How often the file is looked at, as client-go looks at certificates. */
const lookMs = 60_000;

/** Throws KubeconfigError when it cannot be read at first; later the connection stays as it is then. */
export function followKubeconfig(path: string, now: () => number = Date.now): Connection {
  let lookedAt = now();
  let known = timeOf(path);
  const renewed = (): Connection | undefined => {
    if (now() - lookedAt < lookMs) return undefined;
    lookedAt = now();
    const time = timeOf(path);
    if (time === known) return undefined;
    try {
      const connection = loadKubeconfig({ path });
      known = time;
      return { ...connection, renewed };
    } catch {
      // It is being written: the next look finds it whole.
      return undefined;
    }
  };
  return { ...loadKubeconfig({ path }), renewed };
}

const timeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

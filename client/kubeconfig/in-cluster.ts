/** The connection of a process that runs inside a pod: its service account's token, mounted by the kubelet. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '../connection.js';
import { tokenFileSource } from './token-file.js';

export const serviceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Undefined when this process is not in a pod. */
export function inClusterConnection(
  env: Readonly<Record<string, string | undefined>>,
  now: () => number,
  dir = serviceAccountDir,
): Connection | undefined {
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT;
  const tokenPath = join(dir, 'token');
  if (!host || !port || !existsSync(tokenPath)) return undefined;
  const caPath = join(dir, 'ca.crt');
  const namespacePath = join(dir, 'namespace');
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ...(existsSync(caPath) ? { ca: readFileSync(caPath, 'utf8') } : {}),
    tokenSource: tokenFileSource(tokenPath, now),
    namespace: existsSync(namespacePath) ? readFileSync(namespacePath, 'utf8').trim() : 'default',
  };
}

/** A kubeconfig file with everything embedded. What lies on disk is good when it is, to the letter, what would be written. */
import type { Pem } from './assess.js';

export interface KubeconfigContent {
  user: string;
  server: string;
  caCert: string;
  credentials: Pem;
}

export function renderKubeconfig({ user, server, caCert, credentials }: KubeconfigContent): string {
  const quoted = JSON.stringify;
  return `apiVersion: v1
kind: Config
clusters:
  - name: orrery
    cluster:
      server: ${quoted(server)}
      certificate-authority-data: ${base64(caCert)}
users:
  - name: ${quoted(user)}
    user:
      client-certificate-data: ${base64(credentials.cert)}
      client-key-data: ${base64(credentials.key)}
contexts:
  - name: ${quoted(`${user}@orrery`)}
    context:
      cluster: orrery
      user: ${quoted(user)}
current-context: ${quoted(`${user}@orrery`)}
preferences: {}
`;
}

/** The certificate and key in a file that renderKubeconfig wrote; empty when it holds none. */
export function embeddedCredentials(text: string): Partial<Pem> {
  const cert = /client-certificate-data: (\S+)/.exec(text)?.[1];
  const key = /client-key-data: (\S+)/.exec(text)?.[1];
  return {
    ...(cert ? { cert: Buffer.from(cert, 'base64').toString() } : {}),
    ...(key ? { key: Buffer.from(key, 'base64').toString() } : {}),
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

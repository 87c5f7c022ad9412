/** The key with which the embedded store hides Secrets: made once, and never replaced, for nothing else opens them. */
import { randomBytes } from 'node:crypto';
import { readIfThere, writeWhole } from './files.js';
import { encryptionConfigPath } from './paths.js';

export async function ensureEncryption(dataDir: string): Promise<void> {
  const path = encryptionConfigPath(dataDir);
  if ((await readIfThere(path)) === undefined) await writeWhole(path, configWith(randomBytes(32)), 0o600);
}

const configWith = (
  key: Buffer,
): string => `# Kubernetes' own format. To exchange the key: put a new one before it (key2), restart, and remove key1 after that
# start, by when all Secrets are written with key2. Without this file the Secrets of this cluster are lost.
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - aesgcm:
          keys:
            - name: key1
              secret: ${key.toString('base64')}
      - identity: {}
`;

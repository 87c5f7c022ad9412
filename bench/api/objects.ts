/** What the load is made of: ConfigMaps of 1 KB, and pods that take 2.4 KB once the server has filled them in. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigMap, Pod, TokenRequest } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { clusterRoleBindings, namespaces, serviceAccounts } from '../../client/resources.js';

export const namespace = 'bench';

const configMap: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { generateName: 'c-', namespace },
  data: { text: 'x'.repeat(900) },
};

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'pod-', namespace, labels: { app: 'bench', tier: 'back', track: 'stable' } },
  spec: {
    containers: [
      {
        name: 'main',
        image: 'registry.example/team/bench:1.4.2',
        ports: [{ containerPort: 8080 }],
        env: Array.from({ length: 6 }, (_, i) => ({ name: `SETTING_${i}`, value: `value-${i}`.repeat(4) })),
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
        readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
      },
    ],
    // Nobody runs them: there is no node.
    nodeSelector: { bench: 'none' },
  },
};

/** Files with the bodies, for the load generators. */
export function writeBodies(folder: string): { configMap: string; pod: string } {
  const write = (name: string, object: unknown): string => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify(object));
    return file;
  };
  return { configMap: write('configmap.json', configMap), pod: write('pod.json', pod) };
}

/** The namespace, and a service account that may do everything; answers its token. */
export async function prepare(client: Client): Promise<string> {
  const meta = (name: string) => ({ metadata: { name, namespace } });
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const name of ['default', 'bench']) {
    await client.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', ...meta(name) });
  }
  const group = 'rbac.authorization.k8s.io';
  await client.create(clusterRoleBindings, {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'bench' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'bench', namespace }],
  });
  const request: TokenRequest = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec: { audiences: [], expirationSeconds: 7200 },
  };
  const answer = await client.post<TokenRequest>(serviceAccounts, { namespace, name: 'bench' }, 'token', request);
  return answer.status?.token ?? '';
}

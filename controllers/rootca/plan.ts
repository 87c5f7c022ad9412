/** The ConfigMap by which pods know the API server. Pure: see controller.ts for the promise. */
import type { ConfigMap, Namespace } from '../../api/types.js';
import { isTerminating } from '../pod-state.js';

export const configMapName = 'kube-root-ca.crt';
const descriptionKey = 'kubernetes.io/description';
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the ' +
  'internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** The ConfigMap to create or update to; undefined when it is right, or the namespace is on its way out. */
export function planFor(namespace: Namespace, existing: ConfigMap | undefined, ca: string): ConfigMap | undefined {
  if (isTerminating(namespace)) return undefined;
  const described = existing?.metadata.annotations?.[descriptionKey] === description;
  const { data = {} } = existing ?? {};
  if (described && data['ca.crt'] === ca && Object.keys(data).length === 1) return undefined;
  return {
    ...(existing ?? { apiVersion: 'v1', kind: 'ConfigMap' }),
    metadata: {
      ...(existing?.metadata ?? { name: configMapName, namespace: namespace.metadata.name ?? '' }),
      annotations: { ...existing?.metadata.annotations, [descriptionKey]: description },
    },
    data: { 'ca.crt': ca },
  };
}

/**
 * Every namespace has a ConfigMap kube-root-ca.crt with the certificate by which its pods can trust the API server.
 * It says what the cluster's CA is and nothing else: a change by anyone else is undone.
 */
import { configMaps, namespaces } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { ownKey } from '../keys.js';
import { except, isAlreadyExists, isNamespaceGoing, isNotFound } from '../refusals.js';
import { configMapName, planFor } from './plan.js';

/** `ca` is PEM. */
export const rootCaPublisher = (ca: string): Controller => ({
  name: 'root-ca-cert-publisher',
  sources: [
    { resource: namespaces, keysFor: ownKey },
    {
      resource: configMaps,
      fieldSelector: `metadata.name=${configMapName}`,
      keysFor: (now, before) => {
        const metadata = (now ?? before)?.metadata;
        return metadata?.name === configMapName ? [metadata.namespace ?? ''] : [];
      },
    },
  ],
  async reconcile(name, { read, write }) {
    const namespace = read.get(namespaces, { name });
    if (!namespace) return;
    const existing = read.get(configMaps, { namespace: name, name: configMapName });
    const wanted = planFor(namespace, existing, ca);
    if (!wanted) return;
    if (existing) await write.update(configMaps, wanted);
    else await write.create(configMaps, wanted).catch(except(isAlreadyExists, isNamespaceGoing, isNotFound));
  },
});

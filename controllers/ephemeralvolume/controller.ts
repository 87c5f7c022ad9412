/**
 * A pod's generic ephemeral volumes are claims made for that pod alone: POD-VOLUME, from the template in the pod, owned
 * by it and so gone with it. A claim of that name that is not the pod's own is never taken for it.
 */
import type { PersistentVolumeClaim, Pod, Volume } from '../../api/types.js';
import { persistentVolumeClaims, pods } from '../../client/resources.js';
import type { Controller, Reader } from '../../client/runtime/controller.js';
import { keyOf, nameOf } from '../keys.js';
import { controllerReference } from '../owned.js';
import { claimsOfPod } from '../persistentvolume/controller.js';
import { controllerOf, isTerminal, isTerminating } from '../pod-state.js';
import { asError } from '../slow-start.js';

const hasEphemeral = ({ spec }: Pod): boolean => (spec?.volumes ?? []).some(({ ephemeral }) => ephemeral);

export const ephemeralVolumeController: Controller = {
  name: 'ephemeral-volume-controller',
  sources: [
    {
      resource: pods,
      keysFor: now => (now && hasEphemeral(now) && !isTerminating(now) ? [keyOf(now)] : []),
      indexes: { claims: claimsOfPod },
    },
    { resource: persistentVolumeClaims, keysFor: (now, before, read) => (now || !before ? [] : podsOf(before, read)) },
  ],
  async reconcile(key, { read, write }) {
    const pod = read.get(pods, nameOf(key));
    if (!pod || isTerminating(pod) || isTerminal(pod)) return undefined;
    try {
      for (const claim of claimsFor(pod)) {
        const found = read.get(persistentVolumeClaims, nameOf(keyOf(claim)));
        if (!found) await write.create(persistentVolumeClaims, claim);
        else if (controllerOf(found)?.uid !== pod.metadata.uid) {
          throw new Error(`PVC ${keyOf(claim)} was not created for pod ${key} (pod is not owner)`);
        }
      }
    } catch (error) {
      write.event(pod, 'Warning', 'FailedBinding', `ephemeral volume: ${asError(error).message}`);
      throw error;
    }
    return undefined;
  },
};

/** Pure. */
export const claimsFor = (pod: Pod): PersistentVolumeClaim[] =>
  (pod.spec?.volumes ?? []).flatMap(volume => (volume.ephemeral ? [claimFor(pod, volume)] : []));

function claimFor(pod: Pod, { name, ephemeral }: Volume): PersistentVolumeClaim {
  const { metadata, spec } = ephemeral?.volumeClaimTemplate ?? {};
  const { annotations, labels } = metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `${pod.metadata.name}-${name}`,
      namespace: pod.metadata.namespace ?? '',
      ...(annotations ? { annotations } : {}),
      ...(labels ? { labels } : {}),
      ownerReferences: [controllerReference(pod)],
    },
    ...(spec ? { spec } : {}),
  };
}

const podsOf = (claim: PersistentVolumeClaim, read: Reader): string[] =>
  read.byIndex(pods, 'claims', keyOf(claim)).filter(hasEphemeral).map(keyOf);

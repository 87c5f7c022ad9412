/**
 * A claim that a pod uses, and a volume that is bound, are not gone before the pod, or the binding, is: a finalizer on
 * each says so. It is there from the beginning, and is taken away when a deleted one is not used any more.
 */
import type { Pod } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { persistentVolumeClaims, persistentVolumes, pods } from '../../client/resources.js';
import type { Controller, Reader } from '../../client/runtime/controller.js';
import { keyOf, nameOf, ownKey } from '../keys.js';
import { claimsOfPod } from '../persistentvolume/controller.js';
import { except, isNotFound } from '../refusals.js';
import { claimFinalizer, isInUse, stepFor, uses, volumeFinalizer, withStep } from './plan.js';

/** `client` lists pods live, before a claim is let go. */
export const claimProtection = (client: Pick<Client, 'list'>): Controller => ({
  name: 'pvc-protection-controller',
  sources: [
    { resource: persistentVolumeClaims, keysFor: ownKey },
    {
      resource: pods,
      keysFor: (now, before, read) => [before, now].flatMap(pod => (pod ? goingClaims(pod, read) : [])),
      indexes: { claims: claimsOfPod },
    },
  ],
  async reconcile(key, { read, write, signal }) {
    const claim = read.get(persistentVolumeClaims, nameOf(key));
    if (!claim) return undefined;
    const step = stepFor(claim, claimFinalizer, false);
    if (!step) return undefined;
    if (step === 'remove') {
      if (read.byIndex(pods, 'claims', key).some(pod => uses(pod, claim))) return undefined;
      const namespace = claim.metadata.namespace ?? '';
      const { items } = await client.list(pods, { namespace, signal });
      if (items.some(pod => uses(pod, claim))) return undefined;
    }
    await write.update(persistentVolumeClaims, withStep(claim, claimFinalizer, step)).catch(except(isNotFound));
    return undefined;
  },
});

/** Of the claims that the pod has or had, those that wait to be gone. */
const goingClaims = (pod: Pod, read: Reader): string[] =>
  claimsOfPod(pod).filter(key => read.get(persistentVolumeClaims, nameOf(key))?.metadata.deletionTimestamp);

export const volumeProtection: Controller = {
  name: 'pv-protection-controller',
  sources: [{ resource: persistentVolumes, keysFor: now => (now ? [keyOf(now)] : []) }],
  async reconcile(key, { read, write }) {
    const volume = read.get(persistentVolumes, nameOf(key));
    const step = volume && stepFor(volume, volumeFinalizer, isInUse(volume));
    if (!volume || !step) return undefined;
    await write.update(persistentVolumes, withStep(volume, volumeFinalizer, step)).catch(except(isNotFound));
    return undefined;
  },
};

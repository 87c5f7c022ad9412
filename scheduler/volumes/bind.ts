/** Has a pod's claims bound: tells the volumes and claims what was decided, and waits until the binder has done its part. */
import type { Clock } from '../../api/clock.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.js';
import { isBound, keyOfClaim, selectedNodeAnnotation } from '../../api/volumes/claims.js';
import type { Client } from '../../client/client.js';
import { persistentVolumeClaims, persistentVolumes } from '../../client/resources.js';
import type { AssumedVolumes } from './assumed.js';
import type { VolumePlan } from './plan.js';

export interface BindOptions {
  client: Client;
  clock: Clock;
  volumes: AssumedVolumes;
  signal: AbortSignal;
  /** How long the binder may take. */
  timeoutMs: number;
  cause: string;
}

const lookEveryMs = 500;

/** Throws with the reason when it does not come to be; then nothing is assumed any more. */
export async function bindVolumes(plan: VolumePlan, node: string, options: BindOptions): Promise<void> {
  const { cause, client, signal, volumes } = options;
  const writes = volumes.assume(plan, node);
  try {
    for (const object of writes) {
      if (isVolume(object)) await client.update(persistentVolumes, object, { cause, signal });
      else await client.update(persistentVolumeClaims, object, { cause, signal });
    }
    await untilBound(plan, node, options);
  } catch (error) {
    volumes.forget(plan);
    throw error;
  }
}

const isVolume = (object: PersistentVolume | PersistentVolumeClaim): object is PersistentVolume =>
  object.kind === 'PersistentVolume';

async function untilBound(
  plan: VolumePlan,
  node: string,
  { clock, signal, timeoutMs, volumes }: BindOptions,
): Promise<void> {
  const keys = [...plan.bindings.map(({ claim }) => claim), ...plan.provisions].map(keyOfClaim);
  const provisioned = new Set(plan.provisions.map(keyOfClaim));
  for (const deadline = clock.now() + timeoutMs; !signal.aborted; ) {
    if (keys.every(key => isBoundYet(key, node, provisioned.has(key), volumes))) return;
    if (clock.now() >= deadline) throw new Error('timed out waiting for the volumes to be bound');
    await clock.sleep(lookEveryMs, signal);
  }
}

function isBoundYet(key: string, node: string, provisioned: boolean, volumes: AssumedVolumes): boolean {
  const name = key.slice(key.indexOf('/') + 1);
  const claim = volumes.claim(key);
  if (!claim) throw new Error(`persistentvolumeclaim "${name}" was deleted while it was being bound`);
  if (isBound(claim)) return true;
  // A provisioner that could not do it takes the node back: the pod is to be placed anew.
  if (provisioned && claim.metadata.annotations?.[selectedNodeAnnotation] !== node) {
    throw new Error(`provisioning failed for PVC "${name}"`);
  }
  return false;
}

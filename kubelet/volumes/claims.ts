/**
 * A volume that is a claim: the PersistentVolumeClaim, the PersistentVolume that it is bound to, and what stands behind
 * that on this node. What is wrong is said in Kubernetes' words.
 */
import { matchesTerm, type SelectableNode } from '../../api/selectors/node-terms.js';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { nodes, persistentVolumeClaims, persistentVolumes } from '../../client/resources.js';
import { isNotFound } from '../../client/runtime/writer.js';
import { type Source, sourceOfPersistent } from './source.js';

/** `message` is what Kubernetes' FailedMount event says. */
export class ClaimError extends Error {
  constructor(volume: string, why: string) {
    super(
      `Unable to attach or mount volumes: unmounted volumes=[${volume}], unattached volumes=[], failed to process volumes=[${volume}]: ${why}`,
    );
    this.name = 'ClaimError';
  }
}

/** The name of the claim that a volume is; undefined for the other kinds. An ephemeral one is made for its pod alone. */
export function claimOf(volume: Volume, pod: Pod): { name: string; ownedByPod: boolean } | undefined {
  if (volume.persistentVolumeClaim) return { name: volume.persistentVolumeClaim.claimName, ownedByPod: false };
  return volume.ephemeral ? { name: `${pod.metadata.name}-${volume.name}`, ownedByPod: true } : undefined;
}

/** Why the pod cannot have this claim (yet). */
export function claimProblem(pod: Pod, claim: PersistentVolumeClaim, ownedByPod: boolean): string | undefined {
  const { metadata, spec, status } = claim;
  const owners = metadata.ownerReferences ?? [];
  if (ownedByPod && !owners.some(o => o.controller && o.uid === pod.metadata.uid))
    return `PVC ${metadata.namespace}/${metadata.name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`;
  if (metadata.deletionTimestamp !== undefined) return 'PVC is being deleted';
  return status?.phase === 'Bound' && spec?.volumeName ? undefined : 'PVC is not bound';
}

/** Why this node cannot give the pod that volume. */
export function volumeProblem(
  pod: Pod,
  volume: Volume,
  claim: PersistentVolumeClaim,
  persistent: PersistentVolume,
): string | undefined {
  const { claimRef, volumeMode = 'Filesystem' } = persistent.spec ?? {};
  if (claimRef?.uid !== claim.metadata.uid)
    return `PV ${persistent.metadata.name} spec.claimRef.uid ${claimRef?.uid} does not match expected PVC UID ${claim.metadata.uid}`;
  if (volumeMode !== 'Block') return undefined;
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return all.some(c => c.volumeMounts?.some(m => m.name === volume.name))
    ? `volume ${volume.name} has volumeMode Block, but is specified in volumeMounts`
    : 'volumes with volumeMode Block are not supported by this kubelet';
}

/** A volume that lies on certain nodes is mounted on those alone. */
export function isOnNode({ spec }: PersistentVolume, node: SelectableNode): boolean {
  const required = spec?.nodeAffinity?.required;
  return !required || required.nodeSelectorTerms.some(term => matchesTerm(term, node));
}

/** What stands behind the claim. Throws a ClaimError, or an Error for a volume that this node may not have. */
export async function resolveClaim(volume: Volume, pod: Pod, client: Client, nodeName: string): Promise<Source> {
  const wanted = claimOf(volume, pod);
  if (!wanted) throw new Error(`volume ${volume.name} is not a claim`);
  const namespace = pod.metadata.namespace ?? '';
  const full = `${namespace}/${wanted.name}`;
  const refuse = (why: string): never => {
    throw new ClaimError(volume.name, why);
  };
  const missing = (what: string) => (error: unknown) => {
    if (isNotFound(error)) return refuse(`error processing PVC ${full}: ${what}: ${(error as Error).message}`);
    throw error;
  };
  const claim = await client
    .get(persistentVolumeClaims, { namespace, name: wanted.name })
    .catch(missing('failed to fetch PVC from API server'));
  const problem = claimProblem(pod, claim, wanted.ownedByPod);
  if (problem !== undefined) refuse(`error processing PVC ${full}: ${problem}`);
  const name = claim.spec?.volumeName ?? '';
  const persistent = await client
    .get(persistentVolumes, { name })
    .catch(missing(`failed to get PV ${name} from API server`));
  const unfit = volumeProblem(pod, volume, claim, persistent);
  if (unfit !== undefined) refuse(`error processing PVC ${full}: ${unfit}`);
  if (persistent.spec?.nodeAffinity) {
    const node = await client.get(nodes, { name: nodeName });
    if (!isOnNode(persistent, { name: nodeName, labels: node.metadata.labels ?? {} }))
      throw new Error('MountVolume.NodeAffinity check failed: no matching NodeSelectorTerms');
  }
  const readOnly = volume.persistentVolumeClaim?.readOnly === true;
  return { ...sourceOfPersistent(persistent), ...(readOnly ? { readOnly } : {}) };
}

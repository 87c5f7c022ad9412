/** What a volume is made from on this node, whether its pod names it or a claim leads to it. Pure. */
import type { PersistentVolume, Volume } from '../../api/types.js';

export type Source =
  | { kind: 'emptyDir'; emptyDir: NonNullable<Volume['emptyDir']>; readOnly?: boolean }
  | { kind: 'hostPath'; hostPath: NonNullable<Volume['hostPath']>; readOnly?: boolean }
  /** A directory of this node that must be there. */
  | { kind: 'local'; path: string; readOnly?: boolean }
  | { kind: 'nfs'; nfs: NonNullable<Volume['nfs']>; mountOptions: readonly string[]; readOnly?: boolean }
  /** What is in an image; who mounts it is told of its reference. */
  | { kind: 'image'; readOnly: true }
  /** Files from API objects. */
  | { kind: 'written'; readOnly: true };

/** Throws for a kind that this kubelet does not have. Claims are not asked about here: see claims.ts. */
export function sourceOfVolume(volume: Volume): Source {
  const { emptyDir, hostPath, nfs } = volume;
  if (emptyDir) return { kind: 'emptyDir', emptyDir };
  if (hostPath) return { kind: 'hostPath', hostPath };
  if (nfs) return { kind: 'nfs', nfs, mountOptions: [], ...(nfs.readOnly ? { readOnly: true } : {}) };
  if (volume.image) return { kind: 'image', readOnly: true };
  if (isWritten(volume)) return { kind: 'written', readOnly: true };
  throw unsupported(Object.keys(volume).find(key => key !== 'name') ?? 'none');
}

export const isWritten = (v: Volume): boolean => Boolean(v.configMap ?? v.secret ?? v.downwardAPI ?? v.projected);

/** Fields of a PersistentVolume's spec that do not say what it is. */
const aboutVolume = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

/** Throws for a kind that this kubelet does not have. */
export function sourceOfPersistent({ spec }: PersistentVolume): Source {
  const { hostPath, local, nfs, mountOptions = [] } = spec ?? {};
  if (hostPath) return { kind: 'hostPath', hostPath };
  if (local) return { kind: 'local', path: local.path };
  if (nfs) return { kind: 'nfs', nfs, mountOptions, ...(nfs.readOnly ? { readOnly: true } : {}) };
  throw unsupported(Object.keys(spec ?? {}).find(key => !aboutVolume.has(key)) ?? 'none');
}

export const unsupported = (type: string): Error =>
  new Error(`volumes of type ${type} are not supported by this kubelet`);

/**
 * The way from a pod to what its volume needs: pod -> claim -> PersistentVolume -> the secrets that the volume's driver
 * is given. A volume says which claim it is bound to, so only its secrets need an index.
 */
import type { AnyObject } from '../../../api/types.js';
import type { Lookup } from '../../contracts.js';
import type { NodeGraph } from './graph.js';

const volumes = { group: '', resource: 'persistentvolumes' };

interface SecretRef {
  name?: string;
  namespace?: string;
  secretName?: string;
  secretNamespace?: string;
}

interface VolumeSpec {
  claimRef?: { namespace?: string; name?: string };
  azureFile?: SecretRef;
  csi?: Record<string, unknown>;
  [source: string]: unknown;
}

/** Of a CSI volume those that the node needs; of other drivers, the one that they have. */
const csiSecrets = ['nodePublishSecretRef', 'nodeStageSecretRef', 'nodeExpandSecretRef'];
const drivers = ['cephfs', 'cinder', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos'];

/** 'NAMESPACE/NAME' of all secrets that a volume names. A reference without a namespace means that of the claim. */
export function volumeSecrets({ spec = {} }: AnyObject): string[] {
  const { claimRef, azureFile, csi = {}, ...sources } = spec as VolumeSpec;
  const claimNamespace = claimRef?.namespace ?? '';
  const named = ({ namespace, name }: SecretRef): string[] => (name ? [`${namespace || claimNamespace}/${name}`] : []);
  const refs = [
    ...csiSecrets.map(field => csi[field] as SecretRef | undefined),
    ...drivers.map(driver => (sources[driver] as { secretRef?: SecretRef } | undefined)?.secretRef),
    azureFile && { name: azureFile.secretName ?? '', namespace: azureFile.secretNamespace ?? '' },
  ];
  return refs.flatMap(ref => (ref ? named(ref) : []));
}

export class VolumeGraph {
  /** 'NAMESPACE/NAME' of a secret -> the volumes that name it. */
  private readonly bySecret = new Map<string, Set<string>>();

  constructor(
    private readonly lookup: Lookup,
    private readonly pods: NodeGraph,
  ) {
    for (const volume of lookup.list(volumes)) this.put(volume);
    lookup.onChange(volumes, (now, before) => {
      if (before) this.forget(before);
      if (now) this.put(now);
    });
  }

  /** Does a pod on the node use the claim that this volume is bound to? */
  refersToVolume(node: string, name: string): boolean {
    const spec = this.lookup.get(volumes, '', name)?.spec as VolumeSpec | undefined;
    const { namespace = '', name: claim = '' } = spec?.claimRef ?? {};
    return claim !== '' && this.pods.refers(node, 'persistentvolumeclaims', namespace, claim);
  }

  refersToSecret(node: string, namespace: string, name: string): boolean {
    const naming = this.bySecret.get(`${namespace}/${name}`) ?? [];
    return [...naming].some(volume => this.refersToVolume(node, volume));
  }

  private put(volume: AnyObject): void {
    for (const secret of volumeSecrets(volume)) {
      const naming = this.bySecret.get(secret) ?? new Set();
      this.bySecret.set(secret, naming.add(volume.metadata.name ?? ''));
    }
  }

  private forget(volume: AnyObject): void {
    for (const secret of volumeSecrets(volume)) {
      const naming = this.bySecret.get(secret);
      naming?.delete(volume.metadata.name ?? '');
      if (naming?.size === 0) this.bySecret.delete(secret);
    }
  }
}

/** What a pod's kubelet must read to run it. */
import type { Container, Pod, Volume } from '../../../api/types.js';

/**
 * 'secrets/NAME', 'configmaps/NAME', 'serviceaccounts/NAME', 'persistentvolumeclaims/NAME' and 'resourceclaims/NAME', all
 * in the pod's namespace.
 */
export function podReferences({ metadata, spec, status }: Pick<Pod, 'metadata' | 'spec' | 'status'>): Set<string> {
  const found = new Set<string>();
  if (!spec) return found;
  const add = (resource: string, name: string | undefined): void => {
    if (name) found.add(`${resource}/${name}`);
  };
  add('serviceaccounts', spec.serviceAccountName);
  for (const secret of spec.imagePullSecrets ?? []) add('secrets', secret.name);
  for (const volume of spec.volumes ?? []) addVolume(volume, add);
  // A claim of an ephemeral volume is named after the pod and the volume.
  for (const { name, ephemeral } of spec.volumes ?? []) {
    if (ephemeral) add('persistentvolumeclaims', `${metadata.name}-${name}`);
  }
  for (const { resourceClaimName } of spec.resourceClaims ?? []) add('resourceclaims', resourceClaimName);
  for (const { resourceClaimName } of status?.resourceClaimStatuses ?? []) add('resourceclaims', resourceClaimName);
  const containers = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
  for (const container of containers) addEnvironment(container as Container, add);
  return found;
}

type Add = (resource: string, name: string | undefined) => void;

function addVolume(volume: Volume, add: Add): void {
  add('secrets', volume.secret?.secretName);
  add('configmaps', volume.configMap?.name);
  add('persistentvolumeclaims', volume.persistentVolumeClaim?.claimName);
  for (const source of volume.projected?.sources ?? []) {
    add('secrets', source.secret?.name);
    add('configmaps', source.configMap?.name);
  }
  const drivers = [volume.csi?.nodePublishSecretRef, volume.iscsi?.secretRef, volume.rbd?.secretRef];
  const others = [
    volume.cephfs?.secretRef,
    volume.flexVolume?.secretRef,
    volume.scaleIO?.secretRef,
    volume.storageos?.secretRef,
  ];
  for (const secret of [...drivers, ...others]) add('secrets', secret?.name);
  add('secrets', volume.azureFile?.secretName);
}

function addEnvironment(container: Container, add: Add): void {
  for (const { valueFrom } of container.env ?? []) {
    add('secrets', valueFrom?.secretKeyRef?.name);
    add('configmaps', valueFrom?.configMapKeyRef?.name);
  }
  for (const source of container.envFrom ?? []) {
    add('secrets', source.secretRef?.name);
    add('configmaps', source.configMapRef?.name);
  }
}

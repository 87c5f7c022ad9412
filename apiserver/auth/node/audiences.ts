/** Whom a pod's tokens are meant for: what its volumes say, and what their drivers ask for. '' is the API server. */
import type { Pod } from '../../../api/types.js';
import type { Lookup } from '../../contracts.js';

interface CsiVolume {
  csi?: { driver?: string };
}

export function podAudiences({ metadata, spec }: Pod, lookup: Lookup): Set<string> {
  const { namespace = '', name = '' } = metadata;
  const audiences = new Set<string>();
  const drivers = new Set<string>();
  for (const volume of spec?.volumes ?? []) {
    for (const { serviceAccountToken } of volume.projected?.sources ?? []) {
      if (serviceAccountToken) audiences.add(serviceAccountToken.audience ?? '');
    }
    if (volume.csi) drivers.add(volume.csi.driver);
    const claim = volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral ? `${name}-${volume.name}` : undefined);
    const driver = claim === undefined ? undefined : driverOf(lookup, namespace, claim);
    if (driver !== undefined) drivers.add(driver);
  }
  for (const driver of drivers) for (const audience of askedBy(lookup, driver)) audiences.add(audience);
  return audiences;
}

function driverOf(lookup: Lookup, namespace: string, claim: string): string | undefined {
  const found = lookup.get({ group: '', resource: 'persistentvolumeclaims' }, namespace, claim);
  const { volumeName = '' } = (found?.spec ?? {}) as { volumeName?: string };
  const volume = volumeName && lookup.get({ group: '', resource: 'persistentvolumes' }, '', volumeName);
  return volume ? (volume.spec as CsiVolume).csi?.driver : undefined;
}

function askedBy(lookup: Lookup, driver: string): string[] {
  const found = lookup.get({ group: 'storage.k8s.io', resource: 'csidrivers' }, '', driver);
  const { tokenRequests = [] } = (found?.spec ?? {}) as { tokenRequests?: { audience: string }[] };
  return tokenRequests.map(({ audience }) => audience);
}

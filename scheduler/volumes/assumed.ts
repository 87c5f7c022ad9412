/**
 * Volumes and claims as they will be once what was decided about them is written: the next decision must not give the same
 * volume away. What the informers show later takes its place.
 */
import type { KubeObject, PersistentVolume, PersistentVolumeClaim } from '../../api/types.js';
import { boundByController, keyOfClaim, selectedNodeAnnotation } from '../../api/volumes/claims.js';
import type { VolumeObjects } from './objects.js';
import type { VolumePlan } from './plan.js';

export class AssumedVolumes implements VolumeObjects {
  readonly #volumes = new Map<string, PersistentVolume>();
  readonly #claims = new Map<string, PersistentVolumeClaim>();

  constructor(private readonly shown: VolumeObjects) {}

  claim(key: string): PersistentVolumeClaim | undefined {
    return unlessNewer(this.#claims, key, this.shown.claim(key));
  }

  volume(name: string): PersistentVolume | undefined {
    return unlessNewer(this.#volumes, name, this.shown.volume(name));
  }

  volumes(): readonly PersistentVolume[] {
    const shown = this.shown.volumes();
    return this.#volumes.size === 0 ? shown : shown.flatMap(({ metadata }) => this.volume(metadata.name ?? '') ?? []);
  }

  storageClass = (name: string) => this.shown.storageClass(name);
  csiNode = (name: string) => this.shown.csiNode(name);
  csiDriver = (name: string) => this.shown.csiDriver(name);
  capacities = (name: string) => this.shown.capacities(name);

  /** Answers what is to be written, as it is assumed to be from now on. */
  assume({ bindings, provisions }: VolumePlan, node: string): (PersistentVolume | PersistentVolumeClaim)[] {
    const volumes = bindings.map(({ claim, volume }) => bindTo(claim, volume));
    for (const volume of volumes) this.#volumes.set(volume.metadata.name ?? '', volume);
    const claims = provisions.map(claim => annotated(claim, selectedNodeAnnotation, node));
    for (const claim of claims) this.#claims.set(keyOfClaim(claim), claim);
    return [...volumes, ...claims];
  }

  forget({ bindings, provisions }: VolumePlan): void {
    for (const { volume } of bindings) this.#volumes.delete(volume.metadata.name ?? '');
    for (const claim of provisions) this.#claims.delete(keyOfClaim(claim));
  }
}

/** An assumption holds as long as the informer shows what it was made upon. */
function unlessNewer<T extends KubeObject>(assumed: Map<string, T>, key: string, shown: T | undefined): T | undefined {
  const assumption = assumed.get(key);
  if (!assumption) return shown;
  if (shown && shown.metadata.resourceVersion === assumption.metadata.resourceVersion) return assumption;
  assumed.delete(key);
  return shown;
}

function annotated<T extends KubeObject>(object: T, name: string, value: string): T {
  const annotations = { ...object.metadata.annotations, [name]: value };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function bindTo(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolume {
  const { name = '', namespace = '', uid = '', resourceVersion } = claim.metadata;
  const claimRef = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    name,
    namespace,
    uid,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  const promised = volume.spec?.claimRef;
  // Who was promised it by name stays the user's choice, to be kept when the claim goes.
  const marked = promised ? volume : annotated(volume, boundByController, 'yes');
  return { ...marked, spec: { ...volume.spec, claimRef } };
}

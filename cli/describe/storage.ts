/** Where data is kept: claims, the volumes that are bound to them, and the classes that make volumes. */
import { humanDuration } from '../../api/duration.js';
import { accessModesText } from '../../api/kinds/persistentvolume/access-modes.js';
import type { KubeObject, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../../api/types.js';
import { annotationText, labelled, named } from './metadata.js';
import { type Item, joined, longTime, orNone } from './text.js';

const finalizers = ({ metadata }: KubeObject): Item => ['Finalizers', `[${(metadata.finalizers ?? []).join(' ')}]`];

/** What is to go, and waits for its users, says since when. */
function phase({ metadata, status }: PersistentVolume | PersistentVolumeClaim, now: number): string {
  if (!metadata.deletionTimestamp) return status?.phase ?? '';
  return `Terminating (lasts ${humanDuration(now - Date.parse(metadata.deletionTimestamp))})`;
}

export function describeClaim(claim: PersistentVolumeClaim, pods: readonly Pod[], now: number): Item[] {
  const { spec, status } = claim;
  const users = pods.filter(({ spec }) =>
    spec?.volumes?.some(({ persistentVolumeClaim: used }) => used?.claimName === claim.metadata.name),
  );
  const isBound = Boolean(spec?.volumeName);
  const names = users.map(({ metadata }) => metadata.name ?? '');
  return [
    ...named(claim),
    ['StorageClass', spec?.storageClassName ?? ''],
    ['Status', phase(claim, now)],
    ['Volume', spec?.volumeName ?? ''],
    ...labelled(claim),
    finalizers(claim),
    ['Capacity', (isBound && status?.capacity?.storage) || ''],
    ['Access Modes', isBound ? accessModesText(status?.accessModes) : ''],
    ['VolumeMode', spec?.volumeMode ?? '<unset>'],
    ...dataSource(spec),
    ['Used By', names.length > 0 ? names : '<none>'],
    ...claimConditions(status),
  ];
}

function dataSource(spec: PersistentVolumeClaim['spec']): Item[] {
  const source = spec?.dataSource;
  if (!source) return [];
  const group: Item[] = source.apiGroup ? [['APIGroup', source.apiGroup]] : [];
  return [{ heading: 'DataSource', block: [...group, ['Kind', source.kind], ['Name', source.name]] }];
}

function claimConditions(status: PersistentVolumeClaim['status']): Item[] {
  const rows = (status?.conditions ?? []).map(c => [
    ...[c.type, c.status, longTime(c.lastProbeTime), longTime(c.lastTransitionTime), c.reason ?? ''].map(
      cell => `${cell} `,
    ),
    c.message ?? '',
  ]);
  if (rows.length === 0) return [];
  // Four dashes more than the word "LastProbeTime": so kubectl has it.
  const headings = [
    'Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage',
    '----\t------\t-----------------\t------------------\t------\t-------',
  ];
  return [{ heading: 'Conditions', block: [...headings, ...rows.map(row => row.join('\t'))] }];
}

export function describeVolume(volume: PersistentVolume, now: number): Item[] {
  const { spec, status } = volume;
  const claim = spec?.claimRef;
  return [
    ...named(volume),
    ...labelled(volume),
    finalizers(volume),
    ['StorageClass', spec?.storageClassName ?? ''],
    ['Status', phase(volume, now)],
    ['Claim', claim ? `${claim.namespace}/${claim.name}` : ''],
    ['Reclaim Policy', spec?.persistentVolumeReclaimPolicy ?? ''],
    ['Access Modes', accessModesText(spec?.accessModes)],
    ['VolumeMode', spec?.volumeMode ?? '<unset>'],
    ['Capacity', spec?.capacity?.storage ?? ''],
    ...affinity(spec?.nodeAffinity?.required),
    ['Message', status?.message ?? ''],
    { heading: 'Source', step: 4, block: source(spec) },
  ];
}

type NodeSelector = NonNullable<NonNullable<PersistentVolume['spec']>['nodeAffinity']>['required'];

function affinity(required: NodeSelector | undefined): Item[] {
  if (!required) return [['Node Affinity', '<none>']];
  const terms = required.nodeSelectorTerms.map(({ matchExpressions = [] }, index): Item => {
    const texts = matchExpressions.map(({ key, operator, values = [] }) =>
      [key, operator.toLowerCase(), ...(values.length > 0 ? [`[${values.join(', ')}]`] : [])].join(' '),
    );
    return [`    Term ${index}`, texts.length > 0 ? texts : '<none>'];
  });
  return [['Node Affinity', ''], ['  Required Terms', terms.length > 0 ? '' : '<none>'], ...terms];
}

function source(spec: PersistentVolume['spec']): Item[] {
  const { hostPath, local, nfs, csi } = spec ?? {};
  if (hostPath)
    return [
      ['Type', 'HostPath (bare host directory volume)'],
      ['Path', hostPath.path],
      ['HostPathType', hostPath.type ?? ''],
    ];
  if (local)
    return [
      ['Type', 'LocalVolume (a persistent volume backed by local storage on a node)'],
      ['Path', local.path],
    ];
  if (nfs)
    return [
      ['Type', 'NFS (an NFS mount that lasts the lifetime of a pod)'],
      ['Server', nfs.server],
      ['Path', nfs.path],
      ['ReadOnly', String(nfs.readOnly ?? false)],
    ];
  if (csi) return csiSource(csi);
  return [['Type', '<unknown>']];
}

function csiSource(csi: NonNullable<NonNullable<PersistentVolume['spec']>['csi']>): Item[] {
  const attributes = Object.entries(csi.volumeAttributes ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  return [
    ['Type', 'CSI (a Container Storage Interface (CSI) volume source)'],
    ['Driver', csi.driver],
    ['FSType', csi.fsType ?? ''],
    ['VolumeHandle', csi.volumeHandle],
    ['ReadOnly', String(csi.readOnly ?? false)],
    ['VolumeAttributes', attributes.length > 0 ? attributes : '<none>'],
  ];
}

const isDefault = 'storageclass.kubernetes.io/is-default-class';

export function describeStorageClass(storage: StorageClass): Item[] {
  const { allowVolumeExpansion: expands, mountOptions = [] } = storage;
  const expansion: Item[] =
    expands === undefined
      ? [['AllowVolumeExpansion', '<unset>']]
      : [['AllowVolumeExpansion', expands ? 'True' : 'False']];
  return [
    ...named(storage),
    ['IsDefaultClass', storage.metadata.annotations?.[isDefault] === 'true' ? 'Yes' : 'No'],
    ['Annotations', annotationText(storage)],
    ['Provisioner', storage.provisioner],
    ['Parameters', joined(storage.parameters)],
    ...expansion,
    mountOptions.length > 0 ? { heading: 'MountOptions', block: mountOptions } : ['MountOptions', '<none>'],
    ['ReclaimPolicy', orNone(storage.reclaimPolicy)],
    ['VolumeBindingMode', orNone(storage.volumeBindingMode)],
    ...topologies(storage.allowedTopologies),
  ];
}

function topologies(terms: StorageClass['allowedTopologies']): Item[] {
  if (!terms || terms.length === 0) return [];
  const block = terms.map(
    ({ matchLabelExpressions = [] }, index): Item => [
      `Term ${index}`,
      matchLabelExpressions.map(({ key, values }) => `${key} in [${values.join(', ')}]`),
    ],
  );
  return [{ heading: 'AllowedTopologies', block }];
}

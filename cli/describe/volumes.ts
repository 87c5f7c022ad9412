/** Volumes in words: what each is, and what decides what is in it. */
import type { Volume } from '../../api/types.js';
import type { Item } from './text.js';

export function volumeItems(list: readonly Volume[] | undefined, step = 2): Item[] {
  if (!list || list.length === 0) return [['Volumes', '<none>']];
  return [{ heading: 'Volumes', block: list.map(volume => describeVolume(volume, step)), step }];
}

const describeVolume = (volume: Volume, step: number): Item => ({ heading: volume.name, block: details(volume), step });

function details({
  emptyDir,
  hostPath,
  configMap,
  secret,
  projected,
  persistentVolumeClaim,
  ...other
}: Volume): Item[] {
  if (emptyDir)
    return [
      ['Type', "EmptyDir (a temporary directory that shares a pod's lifetime)"],
      ['Medium', emptyDir.medium ?? ''],
      ['SizeLimit', emptyDir.sizeLimit ?? '<unset>'],
    ];
  if (hostPath)
    return [
      ['Type', 'HostPath (bare host directory volume)'],
      ['Path', hostPath.path],
      ['HostPathType', hostPath.type ?? ''],
    ];
  if (configMap)
    return [
      ['Type', 'ConfigMap (a volume populated by a ConfigMap)'],
      ['Name', configMap.name ?? ''],
      ['Optional', String(configMap.optional ?? false)],
    ];
  if (secret)
    return [
      ['Type', 'Secret (a volume populated by a Secret)'],
      ['SecretName', secret.secretName ?? ''],
      ['Optional', String(secret.optional ?? false)],
    ];
  if (persistentVolumeClaim)
    return [
      ['Type', 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)'],
      ['ClaimName', persistentVolumeClaim.claimName],
      ['ReadOnly', String(persistentVolumeClaim.readOnly ?? false)],
    ];
  if (projected) return projectedItems(projected);
  return unforeseen(other);
}

function projectedItems({ sources = [] }: NonNullable<Volume['projected']>): Item[] {
  return [
    ['Type', 'Projected (a volume that contains injected data from multiple sources)'],
    ...(sources ?? []).flatMap(({ secret, configMap, downwardAPI, serviceAccountToken }): Item[] => [
      ...(secret ? ([['SecretName', secret.name ?? ''], optionalSource('Secret', secret)] as Item[]) : []),
      ...(downwardAPI ? ([['DownwardAPI', 'true']] as Item[]) : []),
      ...(configMap
        ? ([['ConfigMapName', configMap.name ?? ''], optionalSource('ConfigMap', configMap)] as Item[])
        : []),
      ...(serviceAccountToken
        ? ([['TokenExpirationSeconds', String(serviceAccountToken.expirationSeconds ?? 3600)]] as Item[])
        : []),
    ]),
  ];
}

const optionalSource = (kind: string, source: { optional?: boolean }): Item => [
  `${kind}Optional`,
  String(source.optional ?? false),
];

/** The kind of a volume is the one field beside its name. */
function unforeseen(volume: Readonly<Record<string, unknown>>): Item[] {
  const [type = 'unknown', source] = Object.entries(volume).find(([field]) => field !== 'name') ?? [];
  return [
    ['Type', type.charAt(0).toUpperCase() + type.slice(1)],
    ...Object.entries((source ?? {}) as Record<string, unknown>).map(
      ([key, value]): Item => [key, typeof value === 'object' ? JSON.stringify(value) : String(value)],
    ),
  ];
}

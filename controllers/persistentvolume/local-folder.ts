/**
 * The provisioner of local folders (storage class provisioner 'orrery.dev/local-folder'): a claim that waited for its
 * first pod gets a folder on that pod's node, under the class's parameter `path`, as a hostPath volume that is bound to
 * the node. The kubelet makes the folder when it is first mounted; when the volume is deleted a pod on the node removes it.
 */
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../../api/types.js';
import { selectedNodeAnnotation } from '../../api/volumes/claims.js';

export const localFolder = 'orrery.dev/local-folder';
export const provisionedBy = 'pv.kubernetes.io/provisioned-by';
/** On a volume: the node on which its folder is. */
const nodeAnnotation = 'orrery.dev/node';
/** On a pod that removes a folder: of which volume. */
export const cleansLabel = 'orrery.dev/cleans-volume';
const hostname = 'kubernetes.io/hostname';
const cleanerImage = 'orrery.local/busybox:1';
export const cleanerNamespace = 'kube-system';

export const isLocalFolder = ({ metadata }: PersistentVolume): boolean =>
  metadata.annotations?.[provisionedBy] === localFolder;

export const folderNodeOf = ({ metadata }: PersistentVolume): string => metadata.annotations?.[nodeAnnotation] ?? '';

/** The volume for the claim; a string that says why there can be none. */
export function folderFor(
  claim: PersistentVolumeClaim,
  { metadata, mountOptions, parameters, reclaimPolicy }: StorageClass,
  node: Node | undefined,
): PersistentVolume | string {
  const {
    accessModes = [],
    dataSource,
    dataSourceRef,
    resources,
    selector,
    volumeMode = 'Filesystem',
  } = claim.spec ?? {};
  const selected = claim.metadata.annotations?.[selectedNodeAnnotation];
  const path = parameters?.path ?? '';
  if (!selected)
    return `${localFolder} makes folders on the node of the first pod: the class needs volumeBindingMode WaitForFirstConsumer`;
  if (!node) return `node "${selected}" not found`;
  if (!path.startsWith('/'))
    return `storage class ${metadata.name} needs the parameter path, an absolute path on the nodes`;
  if (volumeMode !== 'Filesystem') return `${localFolder} has no volumes of mode ${volumeMode}`;
  const unfit = accessModes.find(mode => mode !== 'ReadWriteOnce' && mode !== 'ReadWriteOncePod');
  if (unfit) return `${localFolder} has no volumes of access mode ${unfit}: a folder is on one node`;
  if (selector) return 'claim Selector is not supported';
  if (dataSource ?? dataSourceRef) return `${localFolder} makes empty volumes only, none from a data source`;
  if ((mountOptions ?? []).length > 0) return `${localFolder} has no mount options`;
  const name = `pvc-${claim.metadata.uid}`;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { [provisionedBy]: localFolder, [nodeAnnotation]: selected } },
    spec: {
      capacity: { storage: resources?.requests?.storage ?? '0' },
      accessModes,
      volumeMode,
      persistentVolumeReclaimPolicy: reclaimPolicy ?? 'Delete',
      storageClassName: metadata.name ?? '',
      hostPath: { path: `${path.replace(/\/+$/, '')}/${name}`, type: 'DirectoryOrCreate' },
      nodeAffinity: { required: { nodeSelectorTerms: [on(node)] } },
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: claim.metadata.namespace ?? '',
        name: claim.metadata.name ?? '',
        uid: claim.metadata.uid ?? '',
        resourceVersion: claim.metadata.resourceVersion ?? '',
      },
    },
  };
}

function on({ metadata }: Node) {
  const label = metadata.labels?.[hostname];
  return label === undefined
    ? { matchFields: [{ key: 'metadata.name', operator: 'In', values: [metadata.name ?? ''] }] }
    : { matchExpressions: [{ key: hostname, operator: 'In', values: [label] }] };
}

/** The pod that removes a volume's folder: it sees the folder above, and nothing else of the node. */
export function cleanerOf(volume: PersistentVolume): Pod {
  const path = volume.spec?.hostPath?.path ?? '';
  const slash = path.lastIndexOf('/');
  const name = volume.metadata.name ?? '';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `clean-${name}`, namespace: cleanerNamespace, labels: { [cleansLabel]: name } },
    spec: {
      nodeName: folderNodeOf(volume),
      restartPolicy: 'OnFailure',
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'clean',
          image: cleanerImage,
          command: ['rm', '-rf', `/volumes/${path.slice(slash + 1)}`],
          volumeMounts: [{ name: 'volumes', mountPath: '/volumes' }],
        },
      ],
      volumes: [{ name: 'volumes', hostPath: { path: path.slice(0, slash) || '/', type: 'DirectoryOrCreate' } }],
    },
  };
}

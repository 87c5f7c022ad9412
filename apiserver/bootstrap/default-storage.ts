/** The class of storage that a claim gets which names none: folders on the node of its first pod (controllers/persistentvolume). */
import type { AnyObject } from '../../api/types.js';

/** `path` is where the folders are made, on every node. */
export const defaultStorageClass = (path: string): AnyObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'local', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'orrery.dev/local-folder',
  parameters: { path },
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: false,
});

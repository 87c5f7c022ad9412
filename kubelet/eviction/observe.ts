/** What is left on this machine, of all that a pod can use up. */
import type { Cri } from '../cri/cri.js';
import { readLoad } from '../node/machine.js';
import { fileSystem } from '../volumes/usage.js';
import type { Observations } from './thresholds.js';

/** `dataDir`: of the kubelet. While the runtime is away, nothing is known of its images. */
export async function observeMachine(cri: Cri, dataDir: string, memoryBytes: number): Promise<Observations> {
  const [load, node, images] = await Promise.all([
    readLoad(),
    fileSystem(dataDir),
    cri.imageFsInfo().then(
      ([store]) => (store ? fileSystem(store.mountpoint) : undefined),
      () => undefined,
    ),
  ]);
  const available = load.processLimit - load.processes;
  return {
    'memory.available': { available: load.memoryAvailableBytes, capacity: memoryBytes },
    'nodefs.available': { available: node.availableBytes, capacity: node.capacityBytes },
    'nodefs.inodesFree': { available: node.inodesFree, capacity: node.inodes },
    'pid.available': { available, capacity: Number.isFinite(load.processLimit) ? load.processLimit : 0 },
    ...(images
      ? {
          'imagefs.available': { available: images.availableBytes, capacity: images.capacityBytes },
          'imagefs.inodesFree': { available: images.inodesFree, capacity: images.inodes },
        }
      : {}),
  };
}

/** Where the kubelet keeps what, under its data directory. Everything of one pod is in directories of its own. */
import { join } from 'node:path';
import type { Pod } from '../api/types.js';

export interface PodName {
  namespace: string;
  name: string;
  uid: string;
}

export const podName = ({ metadata }: Pick<Pod, 'metadata'>): PodName => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name ?? '',
  uid: metadata.uid ?? '',
});

export class Directories {
  constructor(readonly root: string) {}

  get pods(): string {
    return join(this.root, 'pods');
  }
  /** emptyDir and what is mounted for it, hosts file, termination messages, bind mounts for subPath. */
  pod(uid: string): string {
    return join(this.pods, uid);
  }
  volumes(uid: string): string {
    return join(this.pod(uid), 'volumes');
  }
  volume(uid: string, volume: string): string {
    return join(this.volumes(uid), volume);
  }
  subPaths(uid: string): string {
    return join(this.pod(uid), 'subpaths');
  }
  subPath(uid: string, container: string, index: number): string {
    return join(this.subPaths(uid), container, String(index));
  }
  /** What is mounted of images, and from which. */
  imageVolumes(uid: string): string {
    return join(this.pod(uid), 'images');
  }
  /** Which of the machine's users those of the pod are. */
  userNamespace(uid: string): string {
    return join(this.pod(uid), 'userns');
  }
  hostsFile(uid: string): string {
    return join(this.pod(uid), 'etc-hosts');
  }
  terminationLog(uid: string, container: string, attempt: number): string {
    return join(this.pod(uid), 'containers', container, String(attempt));
  }
  /** One tmpfs for all that is written from API objects: secrets never reach a disk. */
  get memory(): string {
    return join(this.root, 'memory');
  }
  written(uid: string): string {
    return join(this.memory, uid);
  }
  writtenVolume(uid: string, volume: string): string {
    return join(this.written(uid), volume);
  }
  get logs(): string {
    return join(this.root, 'logs', 'pods');
  }
  podLogs({ namespace, name, uid }: PodName): string {
    return join(this.logs, `${namespace}_${name}_${uid}`);
  }
  /** Profiles that pods name as Localhost: whoever runs the node puts them there. */
  get seccomp(): string {
    return join(this.root, 'seccomp');
  }
  /** Pods that run here, whether there is an API or not: a file each. */
  get manifests(): string {
    return join(this.root, 'manifests');
  }
  /** What /checkpoint has made: each holds all that a container had in memory. */
  get checkpoints(): string {
    return join(this.root, 'checkpoints');
  }
  get cniConf(): string {
    return join(this.root, 'cni', 'conf');
  }
  get ipam(): string {
    return join(this.root, 'cni', 'ipam');
  }
  get images(): string {
    return join(this.root, 'images');
  }
}

/** Of a container's log, relative to podLogs. */
export const logName = (container: string, attempt: number): string => join(container, `${attempt}.log`);

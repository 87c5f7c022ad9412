/** A pod's volumes on this node: made before its containers, kept up to date while it lives, removed with it. */
import { rm, stat } from 'node:fs/promises';
import type { Container, Pod, Volume, VolumeMount } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import type { IdMapping, Mount } from '../cri/types.js';
import type { Directories } from '../directories.js';
import type { PodFacts } from '../pods/config/fields.js';
import { writeAtomically } from './atomic.js';
import { ClaimError, claimOf, resolveClaim } from './claims.js';
import { memorySize, prepareEmptyDir } from './empty-dir.js';
import { prepareHostPath } from './hostpath.js';
import type { ImageVolumes } from './images.js';
import { innerPath } from './inner-path.js';
import { mappedTo } from './mapped.js';
import { removeWithMounts } from './mounts.js';
import { prepareNfs } from './nfs.js';
import type { FollowedObjects } from './objects.js';
import { giveToGroup } from './ownership.js';
import { payloadOf } from './payload.js';
import { readInside } from './read-inside.js';
import { isWritten, type Source, sourceOfVolume, unsupported } from './source.js';
import { bindReadOnly, bindSubPath } from './subpath.js';
import type { TokenSource } from './tokens.js';
import { distantFileSystem, type FileSystem, fileSystem, type Use, usage } from './usage.js';

export interface VolumesOptions {
  directories: Directories;
  objects: FollowedObjects;
  tokens: TokenSource;
  /** Reads claims. */
  client: Client;
  nodeName: string;
  /** Undefined where the runtime cannot show what is in an image. */
  images: ImageVolumes | undefined;
}

/** One volume could not be made; `message` is what Kubernetes' FailedMount event says. */
export class VolumeError extends Error {
  constructor(volume: string, cause: unknown) {
    super(`MountVolume.SetUp failed for volume "${volume}" : ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
    this.name = 'VolumeError';
  }
}

export interface VolumeUse {
  name: string;
  use: Use;
  disk: FileSystem;
  /** It counts as ephemeral storage of the pod. */
  onDisk: boolean;
  /** The name of the PersistentVolumeClaim. */
  claim?: string;
}

const mostEnvFileBytes = 64 * 1024;

const propagations: Record<string, NonNullable<Mount['propagation']>> = {
  None: 'PROPAGATION_PRIVATE',
  HostToContainer: 'PROPAGATION_HOST_TO_CONTAINER',
  Bidirectional: 'PROPAGATION_BIDIRECTIONAL',
};

/** With all that is mounted below it. */
export const isReadOnlyBelow = ({ readOnly, recursiveReadOnly }: VolumeMount): boolean =>
  readOnly === true && (recursiveReadOnly === 'Enabled' || recursiveReadOnly === 'IfPossible');

export class PodVolumes {
  /** What stands behind the claims of each pod, by its uid: it does not change while the pod exists. */
  readonly #claimed = new Map<string, Map<string, Source>>();

  constructor(private readonly options: VolumesOptions) {}

  /** Makes what is missing and leaves what is there; images have to be pulled, and come later. Throws VolumeError. */
  async mount(pod: Pod, facts: PodFacts): Promise<void> {
    await Promise.all((pod.spec?.volumes ?? []).map(volume => this.#mountOne(volume, pod, facts)));
  }

  /** `find` answers the id of the image, unless the volume is there already. Throws what it throws. */
  async mountImage(pod: Pod, volume: Volume, find: () => Promise<string>, signal: AbortSignal): Promise<void> {
    await this.options.images?.mount(pod.metadata.uid ?? '', volume.name, find, signal);
  }

  /** Of which image a volume shows the files; undefined for other volumes, and before there is one. */
  imageOf(pod: Pod, name: string): string | undefined {
    const isImage = pod.spec?.volumes?.find(v => v.name === name)?.image !== undefined;
    return isImage ? this.options.images?.imageOf(pod.metadata.uid ?? '', name) : undefined;
  }

  /** The ids of images that are mounted. */
  async imagesInUse(): Promise<Set<string>> {
    return (await this.options.images?.inUse()) ?? new Set();
  }

  /** Writes changed ConfigMaps, Secrets, labels and aged tokens anew. Throws VolumeError. */
  async refresh(pod: Pod, facts: PodFacts): Promise<void> {
    const written = (pod.spec?.volumes ?? []).filter(isWritten);
    await Promise.all(written.map(volume => this.#mountOne(volume, pod, facts)));
  }

  /** What each volume that is the pod's own holds, and the file system that it is on. Mounted ones only. */
  async uses(pod: Pod): Promise<VolumeUse[]> {
    const uses = (pod.spec?.volumes ?? []).map(async volume => {
      const source = this.#known(volume, pod);
      if (source.kind === 'hostPath' || source.kind === 'image') return [];
      const path = this.#path(volume, source, pod);
      const disk = await (source.kind === 'nfs' ? distantFileSystem : fileSystem)(path);
      const isShared = source.kind !== 'nfs' && !(source.kind === 'emptyDir' && source.emptyDir.medium === 'Memory');
      const use = isShared ? await usage(path) : { bytes: disk.usedBytes, inodes: disk.inodesUsed };
      const onDisk = source.kind === 'emptyDir' && isShared;
      const claim = claimOf(volume, pod)?.name;
      return [{ name: volume.name, use, disk, onDisk, ...(claim === undefined ? {} : { claim }) }];
    });
    // A volume that is being taken away meanwhile is left out.
    return (await Promise.all(uses.map(use => use.catch(() => [])))).flat();
  }

  /** The container's volume mounts as the runtime takes them. `users`: of a pod that has its own. */
  async containerMounts(
    pod: Pod,
    container: Container,
    env: ReadonlyMap<string, string>,
    users?: IdMapping[],
  ): Promise<Mount[]> {
    return Promise.all(
      (container.volumeMounts ?? []).map(async (mount, index) => {
        const volume = (pod.spec?.volumes ?? []).find(v => v.name === mount.name);
        if (!volume) throw new Error(`volume "${mount.name}" not found`);
        const subPath = innerPath(mount, env);
        const source = this.#known(volume, pod);
        const whole = this.#path(volume, source, pod);
        const isOfItsOwn = subPath !== '' || isReadOnlyBelow(mount);
        // Its paths are looked up in between all else: by now its server must have shown that it answers.
        if (isOfItsOwn && source.kind === 'nfs') await distantFileSystem(whole);
        const hostPath = isOfItsOwn ? await this.#bind(pod, container, index, whole, subPath) : whole;
        // An image's files are layers on top of each other, whose owners the kernel does not translate.
        return mappedTo(source.kind === 'image' ? undefined : users, {
          containerPath: mount.mountPath,
          hostPath,
          // What is mounted of an image is as it should be: asked for this, runc would forget that nothing of it may be run.
          readonly: source.kind !== 'image' && (mount.readOnly === true || source.readOnly === true),
          propagation: propagations[mount.mountPropagation ?? 'None'] ?? 'PROPAGATION_PRIVATE',
        });
      }),
    );
  }

  /** A file of variables that a container left in an emptyDir. Undefined when there is none; throws as `readInside`. */
  async envFile(pod: Pod, name: string, path: string): Promise<string | undefined> {
    const volume = (pod.spec?.volumes ?? []).find(v => v.name === name);
    if (!volume?.emptyDir)
      throw new Error(`cannot find the emptyDir volume ${JSON.stringify(name)} referenced by fileKeyRef`);
    return readInside(this.#path(volume, sourceOfVolume(volume), pod), path, mostEnvFileBytes);
  }

  /** Ends the volumes, and what was in those that belong to the pod. */
  async unmount(uid: string): Promise<void> {
    const { directories, objects, tokens, images } = this.options;
    await removeWithMounts(directories.subPaths(uid));
    await images?.unmount(uid);
    await removeWithMounts(directories.volumes(uid));
    await rm(directories.written(uid), { recursive: true, force: true });
    tokens.forget(uid);
    this.#claimed.delete(uid);
    objects.release(uid);
  }

  async #bind(pod: Pod, container: Container, index: number, whole: string, subPath: string): Promise<string> {
    const target = this.options.directories.subPath(pod.metadata.uid ?? '', container.name, index);
    const mount = container.volumeMounts?.[index];
    try {
      await (mount && isReadOnlyBelow(mount) ? bindReadOnly : bindSubPath)(whole, subPath, target);
    } catch (error) {
      throw new Error(
        `failed to prepare subPath for volumeMount "${mount?.name}" of container "${container.name}": ${(error as Error).message}`,
        { cause: error },
      );
    }
    return target;
  }

  #path(volume: Volume, source: Source, pod: Pod): string {
    const uid = pod.metadata.uid ?? '';
    if (source.kind === 'hostPath') return source.hostPath.path;
    if (source.kind === 'local') return source.path;
    if (source.kind === 'image') return this.options.images?.path(uid, volume.name) ?? '';
    return source.kind === 'written'
      ? this.options.directories.writtenVolume(uid, volume.name)
      : this.options.directories.volume(uid, volume.name);
  }

  /** Of a volume that was mounted. */
  #known(volume: Volume, pod: Pod): Source {
    if (!claimOf(volume, pod)) return sourceOfVolume(volume);
    const source = this.#claimed.get(pod.metadata.uid ?? '')?.get(volume.name);
    if (!source) throw new Error(`volume "${volume.name}" is not mounted yet`);
    return source;
  }

  async #source(volume: Volume, pod: Pod): Promise<Source> {
    if (!claimOf(volume, pod)) return sourceOfVolume(volume);
    const { client, nodeName } = this.options;
    const uid = pod.metadata.uid ?? '';
    const source = this.#claimed.get(uid)?.get(volume.name) ?? (await resolveClaim(volume, pod, client, nodeName));
    this.#claimed.set(uid, (this.#claimed.get(uid) ?? new Map()).set(volume.name, source));
    return source;
  }

  async #mountOne(volume: Volume, pod: Pod, facts: PodFacts): Promise<void> {
    try {
      const source = await this.#source(volume, pod);
      await this.#prepare(volume, source, this.#path(volume, source, pod), pod, facts);
    } catch (error) {
      throw error instanceof ClaimError ? error : new VolumeError(volume.name, error);
    }
  }

  async #prepare(volume: Volume, source: Source, path: string, pod: Pod, facts: PodFacts): Promise<void> {
    const { fsGroup, fsGroupChangePolicy } = pod.spec?.securityContext ?? {};
    switch (source.kind) {
      case 'emptyDir':
        return prepareEmptyDir(
          source.emptyDir,
          path,
          memorySize(source.emptyDir, pod, facts.allocatable.memory),
          fsGroup,
        );
      case 'hostPath':
        return prepareHostPath(source.hostPath);
      case 'nfs':
        return prepareNfs(source.nfs, source.mountOptions, path);
      case 'local':
        if (!(await stat(path).catch(() => undefined))) throw new Error(`path "${path}" does not exist`);
        if (fsGroup !== undefined && !source.readOnly) await giveToGroup(path, fsGroup, fsGroupChangePolicy);
        return;
      case 'image':
        if (!this.options.images) throw unsupported('image');
        return;
      case 'written':
        return this.#write(volume, path, pod, facts, fsGroup);
    }
  }

  async #write(volume: Volume, path: string, pod: Pod, facts: PodFacts, group: number | undefined): Promise<void> {
    const { objects, tokens } = this.options;
    const files = await payloadOf(volume, pod, {
      ...objects.of(pod),
      token: wish => tokens.token(pod, wish),
      facts,
    });
    writeAtomically(path, files ?? [], group === undefined ? {} : { group });
  }
}

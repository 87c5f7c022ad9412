/** A pod's volumes on this node: made before its containers, kept up to date while it lives, removed with it. */
import { rm } from 'node:fs/promises';
import * as quantity from '../../api/quantity.js';
import type { Container, Pod, Volume } from '../../api/types.js';
import type { Mount } from '../cri/types.js';
import type { Directories } from '../directories.js';
import { expand } from '../pods/config/expand.js';
import type { PodFacts } from '../pods/config/fields.js';
import { writeAtomically } from './atomic.js';
import { prepareEmptyDir, usage } from './empty-dir.js';
import { prepareHostPath } from './hostpath.js';
import { removeWithMounts } from './mounts.js';
import type { FollowedObjects } from './objects.js';
import { payloadOf } from './payload.js';
import { bindSubPath } from './subpath.js';
import type { TokenSource } from './tokens.js';

export interface VolumesOptions {
  directories: Directories;
  objects: FollowedObjects;
  tokens: TokenSource;
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

const propagations: Record<string, NonNullable<Mount['propagation']>> = {
  None: 'PROPAGATION_PRIVATE',
  HostToContainer: 'PROPAGATION_HOST_TO_CONTAINER',
  Bidirectional: 'PROPAGATION_BIDIRECTIONAL',
};

const isWritten = (v: Volume): boolean => Boolean(v.configMap ?? v.secret ?? v.downwardAPI ?? v.projected);

export class PodVolumes {
  constructor(private readonly options: VolumesOptions) {}

  /** Makes what is missing and leaves what is there. Throws VolumeError. */
  async mount(pod: Pod, facts: PodFacts): Promise<void> {
    await Promise.all((pod.spec?.volumes ?? []).map(volume => this.#mountOne(volume, pod, facts)));
  }

  /** Writes changed ConfigMaps, Secrets, labels and aged tokens anew. Throws VolumeError. */
  async refresh(pod: Pod, facts: PodFacts): Promise<void> {
    const written = (pod.spec?.volumes ?? []).filter(isWritten);
    await Promise.all(written.map(volume => this.#mountOne(volume, pod, facts)));
  }

  /** Why the pod is to be evicted: an emptyDir on disk that has outgrown its sizeLimit. */
  async overLimit(pod: Pod): Promise<string | undefined> {
    for (const { name, emptyDir } of pod.spec?.volumes ?? []) {
      if (!emptyDir?.sizeLimit || emptyDir.medium === 'Memory') continue;
      const used = await usage(this.options.directories.emptyDir(pod.metadata.uid ?? '', name));
      if (used > quantity.toNumber(quantity.parse(emptyDir.sizeLimit)))
        return `Usage of EmptyDir volume "${name}" exceeds the limit "${emptyDir.sizeLimit}". `;
    }
    return undefined;
  }

  /** The container's volume mounts as the runtime takes them. */
  async containerMounts(pod: Pod, container: Container, env: ReadonlyMap<string, string>): Promise<Mount[]> {
    return Promise.all(
      (container.volumeMounts ?? []).map(async (mount, index) => {
        const volume = (pod.spec?.volumes ?? []).find(v => v.name === mount.name);
        if (!volume) throw new Error(`volume "${mount.name}" not found`);
        const subPath = mount.subPathExpr ? expand(mount.subPathExpr, name => env.get(name)) : mount.subPath;
        const whole = this.#path(volume, pod);
        const hostPath = subPath ? await this.#bind(pod, container, index, whole, subPath) : whole;
        return {
          containerPath: mount.mountPath,
          hostPath,
          readonly: mount.readOnly === true || isWritten(volume),
          propagation: propagations[mount.mountPropagation ?? 'None'] ?? 'PROPAGATION_PRIVATE',
        };
      }),
    );
  }

  /** Ends the volumes, and what was in those that belong to the pod. */
  async unmount(uid: string): Promise<void> {
    const { directories, objects, tokens } = this.options;
    await removeWithMounts(directories.subPaths(uid));
    await removeWithMounts(directories.emptyDirs(uid));
    await rm(directories.written(uid), { recursive: true, force: true });
    tokens.forget(uid);
    objects.release(uid);
  }

  async #bind(pod: Pod, container: Container, index: number, whole: string, subPath: string): Promise<string> {
    const target = this.options.directories.subPath(pod.metadata.uid ?? '', container.name, index);
    try {
      await bindSubPath(whole, subPath, target);
    } catch (error) {
      throw new Error(
        `failed to prepare subPath for volumeMount "${container.volumeMounts?.[index]?.name}" of container "${container.name}": ${(error as Error).message}`,
        { cause: error },
      );
    }
    return target;
  }

  #path(volume: Volume, pod: Pod): string {
    const uid = pod.metadata.uid ?? '';
    if (volume.hostPath) return volume.hostPath.path;
    return isWritten(volume)
      ? this.options.directories.writtenVolume(uid, volume.name)
      : this.options.directories.emptyDir(uid, volume.name);
  }

  async #mountOne(volume: Volume, pod: Pod, facts: PodFacts): Promise<void> {
    try {
      const group = pod.spec?.securityContext?.fsGroup;
      if (volume.emptyDir) await prepareEmptyDir(volume.emptyDir, this.#path(volume, pod), group);
      else if (volume.hostPath) await prepareHostPath(volume.hostPath);
      else await this.#write(volume, pod, facts, group);
    } catch (error) {
      throw new VolumeError(volume.name, error);
    }
  }

  async #write(volume: Volume, pod: Pod, facts: PodFacts, group: number | undefined): Promise<void> {
    const { objects, tokens } = this.options;
    const files = await payloadOf(volume, pod, {
      ...objects.of(pod),
      token: wish => tokens.token(pod, wish),
      facts,
    });
    if (!files) throw new Error(`volumes of type ${volumeType(volume)} are not supported by this kubelet`);
    await writeAtomically(this.#path(volume, pod), files, group === undefined ? {} : { group });
  }
}

const volumeType = (volume: Volume): string => Object.keys(volume).find(key => key !== 'name') ?? 'none';

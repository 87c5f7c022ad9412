/** Removes images that nothing uses when the disk is filling up. */
import { statfs } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { KubeObject } from '../../api/types.js';
import type { EventRecorder } from '../../client/runtime/events.js';
import { type Cri, detailsOf } from '../cri/cri.js';
import type { Image } from '../cri/types.js';
import { bytesToFree, type CollectLimits, type Disk, type HeldImage, imagesToRemove } from './collect-plan.js';
import { isLocalImage } from './local.js';

export interface CollectTimes {
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** Between two looks; Kubernetes' five minutes unless given. */
  lookMs?: number;
}

export interface CollectOptions {
  cri: Cri;
  limits: CollectLimits;
  nodeName: string;
  events: EventRecorder;
  clock: Clock;
  log: Logger;
  /** The ids of images that are mounted as volumes. */
  mounted: () => Promise<ReadonlySet<string>>;
  /** Of the file system that a path is on; the kernel's answer unless given. */
  diskOf?: (path: string) => Promise<Disk>;
}

const usualLookMs = 5 * 60_000;

/** Runs until the signal aborts; never throws. */
export async function collectImages(
  collector: ImageCollector,
  { clock, lookMs = usualLookMs, log, signal }: CollectTimes,
): Promise<void> {
  while (!signal.aborted) {
    await collector.look().catch(error => {
      if (!signal.aborted) log.warn({ reason: detailsOf(error) }, 'images were not looked through');
    });
    await clock.sleep(lookMs, signal);
  }
}

export class ImageCollector {
  readonly #held = new Map<string, HeldImage>();

  constructor(private readonly options: CollectOptions) {}

  /** One round: what is there, what is used, and what has to go. */
  async look(): Promise<void> {
    const { cri, limits, clock, diskOf = statDisk } = this.options;
    const unused = await this.#unused();
    const [store] = await cri.imageFsInfo();
    if (!store) return;
    const wanted = bytesToFree(await diskOf(store.mountpoint), limits);
    if (wanted === 0) return;
    const found = imagesToRemove(unused, wanted, clock.now(), limits);
    let freed = 0;
    for (const image of found) if (await this.#remove(image)) freed += image.bytes;
    if (freed < wanted) this.#sayTooLittle(wanted, freed);
  }

  /** All that nothing uses, however full the disk is. */
  async free(): Promise<void> {
    for (const image of await this.#unused()) await this.#remove(image);
  }

  /** The images that are there, and that no container has, dead ones included, nor a volume. */
  async #unused(): Promise<HeldImage[]> {
    const { cri, clock } = this.options;
    const now = clock.now();
    const images = await cri.listImages();
    const used = new Set([...(await cri.listContainers()).map(c => c.imageRef), ...(await this.options.mounted())]);
    const ids = new Set(images.map(({ id }) => id));
    for (const id of this.#held.keys()) if (!ids.has(id)) this.#held.delete(id);
    for (const { id, size } of images) {
      const held = this.#held.get(id) ?? { id, bytes: size, since: now, usedAt: 0 };
      this.#held.set(id, used.has(id) ? { ...held, usedAt: now } : held);
    }
    return images.filter(image => !used.has(image.id) && !isKept(image)).flatMap(({ id }) => this.#held.get(id) ?? []);
  }

  async #remove({ id, bytes }: HeldImage): Promise<boolean> {
    const { cri, log } = this.options;
    try {
      await cri.removeImage(id);
      log.info({ image: id, bytes }, 'removed an image that nothing uses, as the disk is filling up');
      return true;
    } catch (error) {
      log.warn({ image: id, reason: detailsOf(error) }, 'an image could not be removed');
      return false;
    }
  }

  #sayTooLittle(wanted: number, freed: number): void {
    const { events, nodeName } = this.options;
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, uid: nodeName } } as KubeObject;
    const message = `Failed to garbage collect required amount of images. Attempted to free ${wanted} bytes, but only found ${freed} bytes eligible to free.`;
    const cause = `kubelet ${nodeName} <- the disk of the images is filling up`;
    events.event(node, 'Warning', 'FreeDiskSpaceFailed', message, { cause });
  }
}

/** What was made on this machine could not be pulled again: the sandboxes' image, and the samples'. */
const isKept = ({ repoTags, pinned }: Image): boolean => pinned || repoTags.some(isLocalImage);

async function statDisk(path: string): Promise<Disk> {
  const { blocks, bavail, bsize } = await statfs(path);
  return { capacityBytes: blocks * bsize, availableBytes: bavail * bsize };
}

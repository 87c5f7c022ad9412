/**
 * Volumes that are images. Each is looked up once in its pod's life here: what is mounted stays, whatever becomes of
 * its tag. A folder is there from before the first thing is made for a volume until after the last one is removed, so
 * that a kubelet which is killed in between finds in its next life what there is to remove.
 *
 *   images/VOLUME/id     the image that is mounted, for as long as no garbage collection may take it
 *   images/VOLUME/root   its files
 */
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Directories } from '../directories.js';
import type { ImageViews } from '../images/views.js';
import { isMounted, unmountBelow } from './mounts.js';

export class ImageVolumes {
  /** Under way, by the uid of the pod and the volume: two containers of a pod may ask for one at once. */
  readonly #asked = new Map<string, Promise<void>>();
  /** Those of them that are through with their pull, which can take minutes. */
  readonly #making = new Map<string, Promise<void>>();
  /** What files say that were read once, by the same. */
  readonly #ids = new Map<string, string>();

  constructor(
    private readonly directories: Directories,
    private readonly views: ImageViews,
  ) {}

  path(uid: string, volume: string): string {
    return join(this.directories.imageVolumes(uid), volume, 'root');
  }

  /**
   * `find` answers the image's id; it is not asked where the volume is mounted already. Once the signal has aborted
   * nothing more is made: the pod's volumes may be on their way out.
   */
  async mount(uid: string, volume: string, find: () => Promise<string>, signal: AbortSignal): Promise<void> {
    if (await isMounted(this.path(uid, volume))) return;
    const key = `${uid}/${volume}`;
    const make = async (): Promise<void> => {
      const imageId = await find();
      signal.throwIfAborted();
      await remembered(this.#making, key, () => this.#make(uid, volume, imageId));
    };
    await remembered(this.#asked, key, make);
  }

  async #make(uid: string, volume: string, imageId: string): Promise<void> {
    const root = this.path(uid, volume);
    // It may have been made for another container since this one asked.
    if (await isMounted(root)) return;
    await mkdir(root, { recursive: true });
    await writeFile(this.#idFile(uid, volume), imageId);
    await this.views.mount(viewName(uid, volume), imageId, root);
  }

  async unmount(uid: string): Promise<void> {
    const dir = this.directories.imageVolumes(uid);
    await Promise.allSettled([...this.#making].filter(([key]) => key.startsWith(`${uid}/`)).map(([, made]) => made));
    const volumes = await namesIn(dir);
    // Most pods have none: they need not wait for the kernel's list of mounts.
    if (volumes.length === 0) return;
    await unmountBelow(dir);
    for (const volume of volumes) await this.views.remove(viewName(uid, volume));
    await rm(dir, { recursive: true, force: true });
    for (const volume of volumes) this.#ids.delete(`${uid}/${volume}`);
  }

  /** The id of the image that is mounted, or is being. Known for as long as the volume is there. */
  imageOf(uid: string, volume: string): string | undefined {
    const key = `${uid}/${volume}`;
    const id = this.#ids.get(key) ?? textOf(this.#idFile(uid, volume));
    if (id) this.#ids.set(key, id);
    return id || undefined;
  }

  /** The ids of all images that are mounted for a pod of this node. */
  async inUse(): Promise<Set<string>> {
    const uids = await namesIn(this.directories.pods);
    const volumes = await Promise.all(
      uids.map(async uid => (await namesIn(this.directories.imageVolumes(uid))).map(name => this.#idFile(uid, name))),
    );
    const ids = await Promise.all(volumes.flat().map(file => readFile(file, 'utf8').catch(() => '')));
    return new Set(ids.filter(Boolean));
  }

  #idFile(uid: string, volume: string): string {
    return join(this.directories.imageVolumes(uid), volume, 'id');
  }
}

/** The work of that name that is under way, or else this. */
function remembered(underWay: Map<string, Promise<void>>, key: string, work: () => Promise<void>): Promise<void> {
  const begun = underWay.get(key) ?? work().finally(() => underWay.delete(key));
  underWay.set(key, begun);
  return begun;
}

const viewName = (uid: string, volume: string): string => `orrery-volume-${uid}-${volume}`;

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const namesIn = (dir: string): Promise<string[]> => readdir(dir).catch(() => []);

/**
 * The pods that this node runs from files, whether there is an API or not, and their mirrors in the API. Of each name
 * there is one: a file that has changed makes another pod, which is begun when nothing of the one before is left.
 */
import type { Pod } from '../../../api/types.js';
import { nodes, pods as podResource } from '../../../client/resources.js';
import { isNotFound } from '../../../client/runtime/writer.js';
import type { KubeletContext } from '../../context.js';
import { followFolder } from './folder.js';
import { staticPod } from './manifest.js';
import { mirrorOf, mirrorStep } from './mirror.js';

/** What runs the pods. */
export interface Runner {
  start(pod: Pod): void;
  end(pod: Pod): void;
  /** The API has this mirror of the pod now, or none. */
  mirrored(pod: Pod, mirror: Pod | undefined): void;
}

const retryMs = 1000;

const keyOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;

export class StaticPods {
  /** By namespace and name: as the files have them. */
  #wanted = new Map<string, Pod>();
  /** What runs, and what is ending. */
  readonly #running = new Map<string, Pod>();
  readonly #mirrors = new Map<string, Pod>();
  /** Names whose mirrors are being seen to: true when something of them has changed meanwhile. */
  readonly #tending = new Map<string, boolean>();

  constructor(
    private readonly context: KubeletContext,
    private readonly runner: Runner,
  ) {}

  /** Runs until the kubelet stops. The first look is over when `looked` is called. */
  async follow(folder: string, looked: () => void): Promise<void> {
    const { clock, log, signal } = this.context;
    await followFolder({ folder, clock, log, signal }, files => {
      this.#take(files);
      looked();
    });
  }

  /** What the informer says of mirrors. */
  mirror(mirror: Pod, exists: boolean): void {
    const key = keyOf(mirror);
    if (exists) this.#mirrors.set(key, mirror);
    else if (this.#mirrors.get(key)?.metadata.uid === mirror.metadata.uid) this.#mirrors.delete(key);
    const pod = this.#running.get(key);
    if (pod) this.runner.mirrored(pod, this.#mirrors.get(key));
    void this.#tend(key);
  }

  /** Nothing of the pod is left. */
  ended(pod: Pod): void {
    const key = keyOf(pod);
    if (this.#running.get(key)?.metadata.uid !== pod.metadata.uid) return;
    this.#running.delete(key);
    this.#begin();
    void this.#tend(key);
  }

  #take(files: ReadonlyMap<string, string>): void {
    const { clock, log, node } = this.context;
    const wanted = new Map<string, Pod>();
    for (const [path, text] of files) {
      try {
        const pod = staticPod(text, path, node.name, clock.now());
        const key = keyOf(pod);
        if (wanted.has(key)) throw new Error(`another file has a pod of the name ${key}`);
        // What was seen before stays as it was: the time of its first sight is part of it.
        const known = this.#wanted.get(key);
        wanted.set(key, known && known.metadata.uid === pod.metadata.uid ? known : pod);
      } catch (error) {
        log.error({ file: path, reason: (error as Error).message }, 'a file has no pod that can be run');
      }
    }
    this.#wanted = wanted;
    for (const [key, pod] of this.#running)
      if (wanted.get(key)?.metadata.uid !== pod.metadata.uid) this.runner.end(pod);
    this.#begin();
    for (const key of new Set([...wanted.keys(), ...this.#mirrors.keys()])) void this.#tend(key);
  }

  #begin(): void {
    for (const [key, pod] of this.#wanted) {
      if (this.#running.has(key)) continue;
      this.#running.set(key, pod);
      this.runner.start(pod);
      this.runner.mirrored(pod, this.#mirrors.get(key));
    }
  }

  /** One at a time of each name, until the mirror is as it should be or the kubelet stops. */
  async #tend(key: string): Promise<void> {
    const { clock, log, signal } = this.context;
    if (this.#tending.has(key)) {
      this.#tending.set(key, true);
      return;
    }
    while (!signal.aborted) {
      this.#tending.set(key, false);
      // While what is left of a pod is ending, its mirror shows that.
      const step = mirrorStep(this.#running.get(key), this.#mirrors.get(key));
      if (step === 'nothing') break;
      try {
        await this.#perform(step, key);
        // The informer tells of it, by now or later.
        if (!this.#tending.get(key)) break;
      } catch (error) {
        log.debug({ pod: key, step, reason: (error as Error).message }, 'a mirror pod is tried again');
        await clock.sleep(retryMs, signal);
      }
    }
    this.#tending.delete(key);
  }

  async #perform(step: 'create' | 'delete', key: string): Promise<void> {
    const { client, node } = this.context;
    const cause = `kubelet ${key} <- a file of the node`;
    const pod = this.#running.get(key);
    const mirror = this.#mirrors.get(key);
    if (step === 'create' && pod) {
      const own = await client.get(nodes, { name: node.name });
      await client.create(podResource, mirrorOf(pod, own), { cause });
    } else if (mirror) {
      const { name = '', namespace = '', uid = '' } = mirror.metadata;
      const options = { gracePeriodSeconds: 0, preconditions: { uid }, cause };
      await client.delete(podResource, { name, namespace }, options).catch(error => {
        if (!isNotFound(error)) throw error;
      });
    }
  }
}

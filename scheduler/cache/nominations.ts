/** Pods that are to come to a node once room is made for them there: what others are offered is without that room. */
import type { PodInfo } from '../model/pod-info.js';

const nobody: readonly PodInfo[] = [];

export class Nominations {
  readonly #perPod = new Map<string, string>();
  readonly #perNode = new Map<string, Map<string, PodInfo>>();

  get isEmpty(): boolean {
    return this.#perPod.size === 0;
  }

  on(node: string): readonly PodInfo[] {
    const there = this.#perNode.get(node);
    return there ? [...there.values()] : nobody;
  }

  nodeOf(key: string): string | undefined {
    return this.#perPod.get(key);
  }

  set(pod: PodInfo, node: string): void {
    this.delete(pod.key);
    this.#perPod.set(pod.key, node);
    const there = this.#perNode.get(node) ?? new Map<string, PodInfo>();
    this.#perNode.set(node, there.set(pod.key, pod));
  }

  delete(key: string): void {
    const node = this.#perPod.get(key);
    if (node === undefined) return;
    this.#perPod.delete(key);
    const there = this.#perNode.get(node);
    there?.delete(key);
    if (there?.size === 0) this.#perNode.delete(node);
  }
}

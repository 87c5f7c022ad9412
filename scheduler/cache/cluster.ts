/**
 * Nodes, and the pods that stand on them or are about to. Each change costs the same however many pods there are. A pod is
 * assumed on its node from the decision on, before the server and the informer have said so, so that the next decision
 * counts it; if they never do, the assumption ends.
 */
import type { Node } from '../../api/types.js';
import { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';

/** How long after its binding a pod may take to show up on its node. */
export const assumedForMs = 30_000;

export class Cluster {
  readonly #nodes = new Map<string, NodeState>();
  /** Where each pod stands, by its key. */
  readonly #placed = new Map<string, { node: string; pod: PodInfo }>();
  /** Assumed pods, and when that ends: not before the binding is done. */
  readonly #assumed = new Map<string, number>();
  #existing: NodeState[] | undefined;

  /** The nodes that there are. The array is the same until one comes or goes. */
  nodes(): readonly NodeState[] {
    this.#existing ??= [...this.#nodes.values()].filter(state => state.node);
    return this.#existing;
  }

  setNode(node: Node): void {
    const state = this.#state(node.metadata.name ?? '');
    if (!state.node) this.#existing = undefined;
    state.setNode(node);
  }

  /** The pods of a node that is gone are counted until they are gone themselves: it may come back. */
  removeNode(name: string): void {
    this.#existing = undefined;
    this.#nodes.get(name)?.setNode(undefined);
    this.#dropEmpty(name);
  }

  /** A pod that the server says stands on a node; ends what was assumed of it. */
  place(pod: PodInfo, node: string): void {
    this.remove(pod.key);
    this.#state(node).add(pod);
    this.#placed.set(pod.key, { node, pod });
  }

  assume(pod: PodInfo, node: string): void {
    this.place(pod, node);
    this.#assumed.set(pod.key, Number.POSITIVE_INFINITY);
  }

  isAssumed(key: string, uid: string): boolean {
    return this.#assumed.has(key) && this.#placed.get(key)?.pod.uid === uid;
  }

  /** The server took the binding: the informer is to show it by and by. */
  bound(pod: PodInfo, now: number): void {
    if (this.isAssumed(pod.key, pod.uid)) this.#assumed.set(pod.key, now + assumedForMs);
  }

  /** The binding failed. */
  forget(pod: PodInfo): void {
    if (this.isAssumed(pod.key, pod.uid)) this.remove(pod.key);
  }

  /** Ends assumptions that were not confirmed, and answers whose they were. */
  expire(now: number): PodInfo[] {
    const expired: PodInfo[] = [];
    for (const [key, until] of this.#assumed) {
      const placed = this.#placed.get(key);
      if (until > now || !placed) continue;
      expired.push(placed.pod);
      this.remove(key);
    }
    return expired;
  }

  remove(key: string): void {
    const placed = this.#placed.get(key);
    if (!placed) return;
    this.#placed.delete(key);
    this.#assumed.delete(key);
    this.#nodes.get(placed.node)?.remove(key);
    this.#dropEmpty(placed.node);
  }

  #state(name: string): NodeState {
    let state = this.#nodes.get(name);
    if (!state) {
      state = new NodeState(name);
      this.#nodes.set(name, state);
    }
    return state;
  }

  #dropEmpty(name: string): void {
    const state = this.#nodes.get(name);
    if (state && !state.node && state.pods.size === 0) this.#nodes.delete(name);
  }
}

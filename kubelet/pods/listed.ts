/** The runtime's lists of everything, pod by pod, beside what each worker has seen of its pod. Pure. */
import type { ContainerListed, Sandbox } from '../cri/types.js';
import { podOf } from './labels.js';
import { type Seen, stateSeen } from './seen.js';

/** A text for each sandbox and container: its id and its state. */
type States = readonly string[];

type SandboxListed = Pick<Sandbox, 'id' | 'state' | 'labels'>;

/** By the pods' uids; what no kubelet has made is left out. */
export function listedByPod(
  sandboxes: readonly SandboxListed[],
  containers: readonly Pick<ContainerListed, 'id' | 'state' | 'labels'>[],
): Map<string, States> {
  const found = new Map<string, string[]>();
  const add = (labels: Record<string, string>, text: string): void => {
    const uid = podOf(labels)?.uid;
    if (uid) found.set(uid, [...(found.get(uid) ?? []), text]);
  };
  for (const { id, state, labels } of sandboxes) add(labels, sandboxText(id, state === 'SANDBOX_READY'));
  for (const { id, state, labels } of containers) add(labels, `${id} ${stateSeen[state]}`);
  return found;
}

/** Whether the pod's worker knows all that is listed of it, and nothing else. */
export function isAsSeen(listed: States, { sandboxes, containers }: Seen): boolean {
  const seen = [...sandboxes.map(s => sandboxText(s.id, s.ready)), ...containers.map(c => `${c.id} ${c.state}`)];
  return listed.length === seen.length && seen.every(text => listed.includes(text));
}

const sandboxText = (id: string, ready: boolean): string => `${id} ${ready ? 'ready' : 'not ready'}`;

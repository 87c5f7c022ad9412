/** Finds what a request names, or says what is wrong, in the words of Kubernetes' kubelet. */
import type { ContainerView, PodsView, PodView } from './contracts.js';
import { Refusal } from './refusal.js';

export interface Named {
  namespace: string;
  pod: string;
  container: string;
}

/** The log file to read. Throws a Refusal: 404 for an unknown pod, 400 for a container that has no log (yet). */
export function logPathOf(pods: PodsView, { namespace, pod, container }: Named, previous: boolean): string {
  const view = podOf(pods, namespace, pod);
  const found = view.containers.find(c => c.name === container);
  const said = `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod)}`;
  if (!found) throw new Refusal(400, `${said} is not available`);
  if (previous) {
    if (found.previousLogPath !== undefined) return found.previousLogPath;
    throw new Refusal(400, `previous terminated ${said} not found`);
  }
  if (found.logPath !== undefined) return found.logPath;
  if (found.state === 'terminated') throw new Refusal(400, `${said} is terminated`);
  throw new Refusal(400, `${said} is waiting to start: ${whyWaiting(found)}`);
}

/** The id of a container that runs. Throws a Refusal (404). */
export function runningContainer(pods: PodsView, { namespace, pod, container }: Named): string {
  const found = podOf(pods, namespace, pod).containers.find(c => c.name === container);
  if (found?.state === 'running' && found.id !== undefined) return found.id;
  throw new Refusal(404, `container not found (${JSON.stringify(container)})`);
}

/** The id of the pod's sandbox. Throws a Refusal (404). */
export function sandboxOf(pods: PodsView, namespace: string, pod: string): string {
  const { sandboxId } = podOf(pods, namespace, pod);
  if (sandboxId === undefined) throw new Refusal(404, `pod ${JSON.stringify(pod)} has no running sandbox`);
  return sandboxId;
}

/** Whether the instance that `id` names writes no more. */
export function hasEnded(pods: PodsView, { namespace, pod, container }: Named, id: string | undefined): boolean {
  const found = pods.find(namespace, pod)?.containers.find(c => c.name === container);
  return found?.state !== 'running' || found.id !== id;
}

function podOf(pods: PodsView, namespace: string, name: string): PodView {
  const view = pods.find(namespace, name);
  if (!view) throw new Refusal(404, `pod ${JSON.stringify(`${namespace}/${name}`)} does not exist on this node`);
  return view;
}

function whyWaiting({ waitingReason }: ContainerView): string {
  switch (waitingReason) {
    case 'ErrImagePull':
      return "image can't be pulled";
    case 'ImagePullBackOff':
      return 'trying and failing to pull image';
    default:
      return waitingReason ?? 'ContainerCreating';
  }
}

/** What a pod's spec asks for, as far as the next step depends on it. */
import { createHash } from 'node:crypto';
import { isRestartableInit } from '../../api/kinds/pod/columns.js';
import type { Container, Pod } from '../../api/types.js';
import type { Ending } from './ending.js';
import { restartsFor, type Size, sizeOf } from './resize/size.js';
import type { OwnRestarts, RestartPolicy } from './restart-policy.js';

export interface ContainerWant {
  name: string;
  /** What it says itself of being started again. */
  restarts?: OwnRestarts;
  /** Changes when the container must be made anew. */
  hash: string;
  /** An init container that goes on beside the others, and is started again whenever it ends. */
  sidecar?: true;
  /** A sidecar that is told of the pod's end at once, though it ends after the others. */
  preStop?: true;
  size?: Size;
  /** Resources whose change takes a restart. */
  resizeRestarts?: readonly (keyof Size)[];
}

export interface Want {
  restartPolicy: RestartPolicy;
  init: readonly ContainerWant[];
  main: readonly ContainerWant[];
  /** Added while the pod exists, to look into it: each is started once, whatever the others are at. */
  ephemeral: readonly ContainerWant[];
  graceSeconds: number;
  ending?: Ending;
}

/** Of all a container's fields only the image can be changed while the pod exists. */
export const containerHash = (container: Container): string =>
  createHash('sha256').update(`${container.name}\0${container.image}`).digest('hex').slice(0, 8);

const wanted = (container: Container): ContainerWant => ({
  name: container.name,
  hash: containerHash(container),
  size: sizeOf(container.resources),
  resizeRestarts: restartsFor(container),
  restarts: container,
});
const wantedInit = (container: Container): ContainerWant => ({
  ...wanted(container),
  ...(isRestartableInit(container) ? { sidecar: true as const } : {}),
  ...(isRestartableInit(container) && container.lifecycle?.preStop ? { preStop: true as const } : {}),
});

/** While it is to run. */
export function wantOf(pod: Pod): Want {
  return {
    restartPolicy: (pod.spec?.restartPolicy ?? 'Always') as RestartPolicy,
    init: (pod.spec?.initContainers ?? []).map(wantedInit),
    main: (pod.spec?.containers ?? []).map(wanted),
    ephemeral: (pod.spec?.ephemeralContainers ?? []).map(container => wanted(container as Container)),
    graceSeconds: pod.spec?.terminationGracePeriodSeconds ?? 30,
  };
}

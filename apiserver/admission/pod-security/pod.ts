/** The parts of a pod that the checks look at. */
import type { Container, PodSpec } from '../../../api/types.js';

/** What is checked: a pod, or the template of one. */
export interface Checked {
  annotations: Readonly<Record<string, string>>;
  spec: PodSpec;
}

/** Containers of all sorts, as they are named in violations. */
export const allContainers = (spec: PodSpec): Container[] => [
  ...(spec.initContainers ?? []),
  ...(spec.containers ?? []),
  ...((spec.ephemeralContainers ?? []) as unknown as Container[]),
];

export const isWindows = (spec: PodSpec): boolean => spec.os?.name === 'windows';

/** The names of the containers of which something is so. */
export const namesWhere = (spec: PodSpec, test: (container: Container) => boolean): string[] =>
  allContainers(spec)
    .filter(test)
    .map(container => container.name);

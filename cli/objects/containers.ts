/** Which container of a pod is meant where none is named, and what kubectl says about the choice. Pure. */
import type { Pod } from '../../api/types.js';
import { Failure } from '../failure.js';

const defaultAnnotation = 'kubectl.kubernetes.io/default-container';

export interface Choice {
  container: string;
  /** For stderr, where the choice was ours among several. */
  said?: string;
}

/** The named one, the one that the annotation names, or the first. Throws a Failure for one that does not exist. */
export function chooseContainer(pod: Pod, named: string | undefined): Choice {
  const all = namesOf(pod);
  const name = pod.metadata.name ?? '';
  if (named !== undefined) {
    if (all.some(container => container.name === named)) return { container: named };
    throw new Failure(`container ${named} not found in pod ${name}: it has ${list(pod)}`);
  }
  const annotated = pod.metadata.annotations?.[defaultAnnotation];
  if (annotated !== undefined && all.some(container => container.name === annotated)) return { container: annotated };
  const missing = annotated === undefined ? '' : `Default container name "${annotated}" not found in pod ${name}\n`;
  const [first] = pod.spec?.containers ?? [];
  if (!first) throw new Failure(`pod ${pod.metadata.namespace}/${name} does not have any containers`);
  const chosen = all.length > 1 ? `Defaulted container "${first.name}" out of: ${list(pod)}\n` : '';
  return { container: first.name, ...(missing || chosen ? { said: missing + chosen } : {}) };
}

/** Every container's name, in the order in which they start. */
export const allContainers = (pod: Pod): string[] => [
  ...(pod.spec?.initContainers ?? []).map(({ name }) => name),
  ...(pod.spec?.containers ?? []).map(({ name }) => name),
  ...(pod.spec?.ephemeralContainers ?? []).map(({ name }) => name),
];

const namesOf = ({ spec }: Pod): { name: string; text: string }[] => [
  ...(spec?.containers ?? []).map(({ name }) => ({ name, text: name })),
  ...(spec?.ephemeralContainers ?? []).map(({ name }) => ({ name, text: `${name} (ephem)` })),
  ...(spec?.initContainers ?? []).map(({ name }) => ({ name, text: `${name} (init)` })),
];

const list = (pod: Pod): string =>
  namesOf(pod)
    .map(({ text }) => text)
    .join(', ');

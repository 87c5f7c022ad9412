/** Which pods are meant: those of some namespaces whose labels match. Equal selections have equal ids, so that what is counted of one is kept for all. */
import type { Selector } from '../../api/selectors/index.js';
import type { Pod } from '../../api/types.js';

export interface PodSelection {
  readonly id: string;
  matches(pod: Pod): boolean;
}

/** Undefined namespaces are all of them. `living` leaves out pods that are going away. */
export function selectionOf(
  namespaces: ReadonlySet<string> | undefined,
  selector: Selector,
  { living = false } = {},
): PodSelection {
  const where = namespaces ? [...namespaces].sort().join(',') : '*';
  return {
    id: `${where}|${selectorId(selector)}|${living}`,
    matches: ({ metadata }) =>
      (namespaces === undefined || namespaces.has(metadata.namespace ?? '')) &&
      selector.matches(metadata.labels) &&
      !(living && metadata.deletionTimestamp !== undefined),
  };
}

/** A selector that matches nothing reads as one that matches everything; its id does not. */
export const selectorId = (selector: Selector): string =>
  selector.requirements.length === 0 && !selector.matches({}) ? '-' : selector.toString();

/** The pods that all of several mean. */
export const allOf = (selections: readonly PodSelection[]): PodSelection =>
  selections.length === 1
    ? (selections[0] as PodSelection)
    : {
        id: selections.map(({ id }) => id).join(' and '),
        matches: pod => selections.every(selection => selection.matches(pod)),
      };

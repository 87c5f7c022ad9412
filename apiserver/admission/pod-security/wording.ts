/** Violations in Kubernetes' words, with one or several of a thing. */

/** What a check has against a pod: 'hostPort (container "c" uses hostPort 80)'. */
export interface Violation {
  reason: string;
  detail?: string;
}

export const textOf = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(', ');

export const plural = (one: string, several: string, count: number): string => (count === 1 ? one : several);

/** '"a", "b"' */
export const quoted = (names: Iterable<string>): string => [...names].map(name => JSON.stringify(name)).join(', ');

/** 'container "a"', 'containers "a", "b"' */
export const containersNamed = (names: readonly string[]): string =>
  `${plural('container', 'containers', names.length)} ${quoted(names)}`;

/** 'pod and container "a"': who set it. */
export const setters = (pod: boolean, containers: readonly string[]): string =>
  [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [containersNamed(containers)] : [])].join(' and ');

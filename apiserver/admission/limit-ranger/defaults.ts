import { put } from '../../../api/json.js';
import type { Container, LimitRange, Pod } from '../../../api/types.js';

const annotation = 'kubernetes.io/limit-ranger';

type Amounts = Record<string, string>;

/** Gives `to` what it lacks, and answers the names. */
function complete(to: Amounts, from: Amounts): string[] {
  const missing = Object.keys(from).filter(name => !Object.hasOwn(to, name));
  for (const name of missing) put(to, name, from[name]);
  return missing.sort();
}

function defaultContainer(container: Container, kind: string, limits: Amounts, requests: Amounts): string[] {
  const resources = container.resources ?? {};
  resources.limits ??= {};
  resources.requests ??= {};
  const [limited, requested] = [complete(resources.limits, limits), complete(resources.requests, requests)];
  for (const name of ['limits', 'requests'] as const) {
    if (Object.keys(resources[name] ?? {}).length === 0) delete resources[name];
  }
  container.resources = resources;
  const say = (names: string[], what: string): string[] =>
    names.length > 0 ? [`${names.join(', ')} ${what} for ${kind} ${container.name}`] : [];
  return [...say(requested, 'request'), ...say(limited, 'limit')];
}

/** In place; what was set is noted in an annotation, as whoever wrote the pod did not. */
export function defaultResources(pod: Pod, range: LimitRange): void {
  const items = (range.spec?.limits ?? []).filter(item => item.type === 'Container');
  const limits: Amounts = Object.assign({}, ...items.map(item => item.default));
  const requests: Amounts = Object.assign({}, ...items.map(item => item.defaultRequest));
  const said = [
    ...(pod.spec?.containers ?? []).flatMap(c => defaultContainer(c, 'container', limits, requests)),
    ...(pod.spec?.initContainers ?? []).flatMap(c => defaultContainer(c, 'init container', limits, requests)),
  ];
  if (said.length === 0) return;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [annotation]: `LimitRanger plugin set: ${said.join('; ')}`,
  };
}

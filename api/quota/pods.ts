/** What a pod takes of a quota. */
import { isRestartableInit } from '../kinds/pod/columns.js';
import { isExtended, isHugePages } from '../kinds/workload/resource-names.js';
import type { Quantity } from '../quantity.js';
import type { Container, Pod } from '../types.js';
import { type Amounts, count, largest, read, sum } from './amounts.js';

/** Only while it may run does a pod take more than its place in the list. */
export const mayRun = ({ status }: Pod): boolean => status?.phase !== 'Succeeded' && status?.phase !== 'Failed';

const standard = ['cpu', 'memory', 'ephemeral-storage'];

/** Containers add up; init containers come one by one, while the sidecars before them run. */
function total(pod: Pod, part: 'requests' | 'limits'): Amounts {
  const of = ({ resources }: Pick<Container, 'resources'>): Amounts => read(resources?.[part]);
  const { containers = [], initContainers = [], overhead, resources } = pod.spec ?? { containers: [] };
  let sidecars: Amounts = new Map();
  let starting: Amounts = new Map();
  for (const container of initContainers) {
    const together = sum([sidecars, of(container)]);
    if (isRestartableInit(container)) sidecars = together;
    starting = largest(starting, together);
  }
  const running = sum([...containers.map(of), sidecars]);
  // What the pod says of itself as a whole counts instead of what its containers say.
  const whole = new Map([...largest(running, starting), ...read(resources?.[part])]);
  const added = read(overhead);
  return part === 'requests'
    ? sum([whole, added])
    : sum([whole, new Map([...added].filter(([name]) => whole.has(name)))]);
}

/** By all the names that a quota may use: 'cpu' is 'requests.cpu'. */
export function podUsage(pod: Pod): Amounts {
  const usage = new Map<string, Quantity>([['count/pods', count(1)]]);
  if (!mayRun(pod)) return usage;
  usage.set('pods', count(1));
  for (const [name, amount] of total(pod, 'requests')) {
    if (standard.includes(name) || isHugePages(name)) usage.set(name, amount);
    if (standard.includes(name) || isHugePages(name) || isExtended(name)) usage.set(`requests.${name}`, amount);
  }
  for (const [name, amount] of total(pod, 'limits')) {
    if (standard.includes(name)) usage.set(`limits.${name}`, amount);
  }
  return usage;
}

/**
 * Which of the limited resources each container is silent about, as 'limits.cpu for: a,b; ...'; '' when none is: what
 * is limited must be said, for silence would count as nothing.
 */
export function silentAbout(pod: Pod, limited: Iterable<string>): string {
  const { containers = [], initContainers = [], resources } = pod.spec ?? { containers: [] };
  const missing: string[] = [];
  for (const name of [...limited].sort()) {
    const match = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(name);
    if (!match) continue;
    const [, part = 'requests', resource = ''] = match;
    const said = (of: Pick<Container, 'resources'>): boolean =>
      of.resources?.[part as 'requests' | 'limits']?.[resource] !== undefined;
    if (said({ ...(resources ? { resources } : {}) })) continue;
    const silent = [...containers, ...initContainers].filter(container => !said(container)).map(c => c.name);
    if (silent.length > 0) missing.push(`${name} for: ${silent.sort().join(',')}`);
  }
  return missing.join('; ');
}

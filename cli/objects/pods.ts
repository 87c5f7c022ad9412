/** The pods behind a name ("web", "pod/web"), behind what selects them ("rc/web", "svc/web"), or behind labels. */
import type { AnyObject, Pod } from '../../api/types.js';
import { pods } from '../../client/resources.js';
import { Failure } from '../failure.js';
import type { Session } from '../session.js';
import { parseTargets } from './resolve.js';

/** Of what selects pods, all of them, the one first that is most worth looking at. */
export async function podsBehind(session: Session, what: string): Promise<Pod[]> {
  const { client, namespace } = session;
  if (!what.includes('/')) return [await client.get(pods, { namespace, name: what })];
  const [target] = parseTargets([what], await session.resources());
  const name = target?.name ?? '';
  if (!target || target.resource.plural === 'pods') return [await client.get(pods, { namespace, name })];
  const owner = await client.get(target.resource, target.resource.namespaced ? { namespace, name } : { name });
  const { items } = await client.list(pods, { namespace, labelSelector: selectorOf(owner) });
  if (items.length === 0) throw new Failure(`${what} has no pods: see './orrery describe ${what}' for why`);
  return items.sort(byInterest);
}

/** "a=b,c=d": the equality selector of a controller or service. */
function selectorOf(owner: AnyObject): string {
  const selector = (owner.spec as { selector?: Record<string, unknown> } | undefined)?.selector;
  const labels = Object.entries((selector?.matchLabels ?? selector ?? {}) as Record<string, string>);
  if (labels.length === 0) throw new Failure(`${owner.kind} ${owner.metadata.name} selects no pods`);
  return labels.map(([key, value]) => `${key}=${value}`).join(',');
}

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

/** Placed before not, running before pending, ready before not, older before younger. */
export function byInterest(a: Pod, b: Pod): number {
  const [left, right] = [ranks(a), ranks(b)];
  const index = left.findIndex((rank, at) => rank !== right[at]);
  if (index < 0) return 0;
  return (left[index] ?? 0) < (right[index] ?? 0) ? -1 : 1;
}

const phases = ['Running', 'Succeeded', 'Failed', 'Unknown', 'Pending'];

const ranks = (pod: Pod): (number | string)[] => [
  pod.spec?.nodeName ? 0 : 1,
  phases.indexOf(pod.status?.phase ?? 'Unknown'),
  isReady(pod) ? 0 : 1,
  pod.metadata.creationTimestamp ?? '',
];

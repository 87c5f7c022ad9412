/**
 * Whether a pod has its place on this node: whoever bound it here may not have looked, or may have looked too long ago.
 * Kubernetes' kubelet rejects such a pod with these reasons and messages. Pure.
 */
import { isExtended } from '../../../api/kinds/workload/resource-names.js';
import * as quantity from '../../../api/quantity.js';
import { matchesTerm } from '../../../api/selectors/node-terms.js';
import type { Pod } from '../../../api/types.js';
import { podAmount } from '../config/requests.js';

export interface Place {
  name: string;
  labels: Readonly<Record<string, string>>;
  /** What of each resource pods may have in all. */
  allocatable: Readonly<Record<string, string>>;
  /** The pods that are here already. */
  others: readonly Pod[];
}

export interface Rejection {
  reason: string;
  message: string;
}

export interface Shortage {
  resource: string;
  requested: bigint;
  used: bigint;
  capacity: bigint;
}

/** The first thing that is in the way; undefined when nothing is. */
export function misfit(pod: Pod, place: Place): Rejection | undefined {
  const [short] = shortages(pod, place);
  if (short) return { reason: `OutOf${short.resource}`, message: `Pod was rejected: ${shortageText(short)}` };
  if (!isSelected(pod, place)) return predicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  const taken = place.others.flatMap(hostPorts);
  return hostPorts(pod).some(port => taken.some(other => collides(port, other)))
    ? predicate('NodePorts', "node(s) didn't have free ports for the requested pod ports")
    : undefined;
}

const predicate = (name: string, why: string): Rejection => ({
  reason: name,
  message: `Pod was rejected: Predicate ${name} failed: ${why}`,
});

export const shortageText = ({ resource, requested, used, capacity }: Shortage): string =>
  `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;

const nanosPerUnit = 1_000_000_000n;
/** cpu is told in thousandths. */
const unitOf = (resource: string): bigint => (resource === 'cpu' ? nanosPerUnit / 1000n : nanosPerUnit);
const divideUp = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/** Resources of which there is too little; pods first, then by name. */
export function shortages(pod: Pod, { allocatable, others }: Pick<Place, 'allocatable' | 'others'>): Shortage[] {
  const capacityOf = (resource: string): bigint => quantity.parse(allocatable[resource] ?? '0').nanos;
  const slots = BigInt(allocatable.pods ?? '0');
  const full: Shortage[] =
    BigInt(others.length) >= slots
      ? [{ resource: 'pods', requested: 1n, used: BigInt(others.length), capacity: slots }]
      : [];
  const short = [...asked(pod)].sort().flatMap(resource => {
    const unit = unitOf(resource);
    const requested = podAmount(pod, 'requests', resource);
    const used = others.reduce((sum, other) => sum + podAmount(other, 'requests', resource), 0n);
    if (requested === 0n || requested + used <= capacityOf(resource)) return [];
    const shown = { requested: divideUp(requested, unit), used: divideUp(used, unit) };
    return [{ resource, ...shown, capacity: capacityOf(resource) / unit }];
  });
  return [...full, ...short];
}

/** Names of all resources that the pod requests. */
function asked({ spec }: Pod): Set<string> {
  const all = [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []),
    ...(spec ? [{ resources: spec.resources }] : []),
  ];
  const lists = [...all.flatMap(c => [c.resources?.requests, c.resources?.limits]), spec?.overhead];
  return new Set(lists.flatMap(list => Object.keys(list ?? {})));
}

function isSelected({ spec }: Pod, place: Place): boolean {
  const selected = Object.entries(spec?.nodeSelector ?? {}).every(([name, value]) => place.labels[name] === value);
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return selected && (!required || required.nodeSelectorTerms.some(term => matchesTerm(term, place)));
}

/** Whether the node's labels, or what somebody has written into its capacity, matter to the pod. */
export const asksNodeObject = (pod: Pod): boolean =>
  pod.spec?.nodeSelector !== undefined ||
  pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined ||
  [...asked(pod)].some(isExtended);

interface HostPort {
  port: number;
  protocol: string;
  ip: string;
}

const anyAddress = '0.0.0.0';

function hostPorts({ spec }: Pod): HostPort[] {
  const all = [...(spec?.containers ?? []), ...(spec?.initContainers ?? []).filter(c => c.restartPolicy === 'Always')];
  return all
    .flatMap(c => c.ports ?? [])
    .filter(p => p.hostPort)
    .map(p => ({ port: p.hostPort ?? 0, protocol: p.protocol ?? 'TCP', ip: p.hostIP || anyAddress }));
}

const collides = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === anyAddress || b.ip === anyAddress);

/** On which nodes a DaemonSet runs. The scheduler places its pods, each of which names its node; this is decided alike. Pure. */
import { matchesTerm } from '../../api/selectors/node-terms.js';
import { anyTolerates } from '../../api/tolerations.js';
import type { DaemonSet, Node, Pod, PodSpec, Toleration } from '../../api/types.js';

export interface Verdict {
  /** A pod is wanted there. */
  shouldRun: boolean;
  /** One that is there may stay. */
  mayStay: boolean;
}

export function verdictOn(node: Node, set: DaemonSet): Verdict {
  const spec = set.spec?.template?.spec;
  const name = node.metadata.name ?? '';
  if ((spec?.nodeName && spec.nodeName !== name) || !isSelected(node, spec))
    return { shouldRun: false, mayStay: false };
  const tolerations = tolerationsOf(spec);
  const untolerated = (node.spec?.taints ?? []).filter(taint => !anyTolerates(tolerations, taint));
  const effects = new Set(untolerated.map(({ effect }) => effect));
  const mayStay = !effects.has('NoExecute');
  return { shouldRun: mayStay && !effects.has('NoSchedule'), mayStay };
}

function isSelected({ metadata }: Node, spec: PodSpec | undefined): boolean {
  const labels = metadata.labels ?? {};
  const selected = Object.entries(spec?.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const place = { name: metadata.name ?? '', labels };
  return selected && (!required || required.nodeSelectorTerms.some(term => matchesTerm(term, place)));
}

const lasting = (key: string): Toleration => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect: 'NoExecute',
});
const despite = (key: string): Toleration => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect: 'NoSchedule',
});

/** Daemons stay on a node in trouble, for they may be what mends it. */
const daemonTolerations = [
  lasting('not-ready'),
  lasting('unreachable'),
  despite('disk-pressure'),
  despite('memory-pressure'),
  despite('pid-pressure'),
  despite('unschedulable'),
];

/** The template's own, and those of every daemon. */
export function tolerationsOf(spec: PodSpec | undefined): Toleration[] {
  const added = [...daemonTolerations, ...(spec?.hostNetwork ? [despite('network-unavailable')] : [])];
  const isAdded = (one: Toleration): boolean =>
    added.some(
      ({ key, effect }) => one.key === key && one.effect === effect && one.operator === 'Exists' && !one.value,
    );
  return [...(spec?.tolerations ?? []).filter(one => !isAdded(one)), ...added];
}

/** The spec for a pod of this node: it may be placed there and nowhere else. */
export function specFor(spec: PodSpec, node: string): PodSpec {
  const { affinity } = spec;
  const here = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] };
  return {
    ...spec,
    tolerations: tolerationsOf(spec),
    affinity: {
      ...affinity,
      nodeAffinity: {
        ...affinity?.nodeAffinity,
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [here] },
      },
    },
  };
}

/** The node on which the pod is, or where it is to be; undefined for a pod that names none. */
export function targetOf({ spec }: Pod): string | undefined {
  if (spec?.nodeName) return spec.nodeName;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const fields = (required?.nodeSelectorTerms ?? []).flatMap(({ matchFields }) => matchFields ?? []);
  const name = fields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
  return name?.values?.length === 1 ? name.values[0] : undefined;
}

/** How a namespace goes. Pure: see controller.ts for the promise. */
import { timestamp } from '../../api/clock.js';
import type { KubeObject, Namespace } from '../../api/types.js';
import type { Resource } from '../../client/client.js';
import { isTerminating } from '../pod-state.js';

type Status = NonNullable<Namespace['status']>;
type Condition = NonNullable<Status['conditions']>[number];

/** All that was found in the namespace, a kind each; kinds without objects may be left out. */
export interface Content {
  found: { resource: Resource; objects: readonly KubeObject[] }[];
  /** What could not be discovered, listed or deleted: as long as there is any, the namespace stays. */
  discoveryFailures: readonly string[];
  contentFailures: readonly string[];
}

export interface Plan {
  delete: { resource: Resource; object: KubeObject }[];
  /** Absent when the status is right as it is. */
  status?: Status;
  /** Nothing is left: the namespace may go. */
  finalize: boolean;
}

const finalizer = 'kubernetes';

/** True for a namespace that is to go, and that waits for this loop. */
export const isGoing = (namespace: Namespace): boolean =>
  isTerminating(namespace) && (namespace.spec?.finalizers ?? []).includes(finalizer);

/** Pods go first, so that none outlives the secrets and config that its shutdown may need. */
export function planFor(namespace: Namespace, content: Content, now: number): Plan {
  const found = content.found.filter(({ objects }) => objects.length > 0);
  const pods = found.filter(({ resource }) => resource.group === '' && resource.plural === 'pods');
  const turn = pods.length > 0 ? pods : found;
  const failed = content.discoveryFailures.length + content.contentFailures.length > 0;
  const status = statusOf(namespace, { ...content, found }, now);
  return {
    delete: turn.flatMap(({ resource, objects }) =>
      objects.filter(object => !isTerminating(object)).map(object => ({ resource, object })),
    ),
    ...(status ? { status } : {}),
    finalize: found.length === 0 && !failed,
  };
}

export const withoutFinalizer = (namespace: Namespace): Namespace => ({
  ...namespace,
  spec: { ...namespace.spec, finalizers: (namespace.spec?.finalizers ?? []).filter(name => name !== finalizer) },
});

/** The status with conditions that say what is in the way; undefined when it already says so. */
function statusOf(namespace: Namespace, content: Content, now: number): Status | undefined {
  const known = namespace.status?.conditions ?? [];
  const wanted = conditionsFor(content);
  const unchanged = wanted.every(want => known.some(have => says(have, want)));
  if (unchanged && namespace.status?.phase === 'Terminating') return undefined;
  const conditions = wanted.map(want => {
    const have = known.find(({ type }) => type === want.type);
    const since = have?.status === want.status ? have.lastTransitionTime : undefined;
    return { ...want, lastTransitionTime: since ?? timestamp(now) };
  });
  const others = known.filter(have => !wanted.some(({ type }) => type === have.type));
  return { ...namespace.status, phase: 'Terminating', conditions: [...others, ...conditions] };
}

const says = (a: Condition, b: Condition): boolean =>
  a.type === b.type && a.status === b.status && a.reason === b.reason && a.message === b.message;

function conditionsFor({ found, discoveryFailures, contentFailures }: Content): Condition[] {
  const remaining = found.map(
    ({ resource, objects }) => `${resource.plural}.${resource.group} has ${objects.length} resource instances`,
  );
  const finalizers = new Map<string, number>();
  for (const { metadata } of found.flatMap(({ objects }) => objects)) {
    for (const name of metadata.finalizers ?? []) finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
  }
  const waiting = [...finalizers].map(([name, count]) => `${name} in ${count} resource instances`);
  return [
    condition('NamespaceDeletionDiscoveryFailure', discoveryFailures, {
      bad: ['DiscoveryFailed', `Discovery failed for some groups, ${discoveryFailures.length} failing: `],
      good: ['ResourcesDiscovered', 'All resources successfully discovered'],
    }),
    condition('NamespaceDeletionGroupVersionParsingFailure', [], {
      bad: ['GroupVersionParsingFailed', ''],
      good: ['ParsedGroupVersions', 'All legacy kube types successfully parsed'],
    }),
    condition('NamespaceDeletionContentFailure', contentFailures, {
      bad: ['ContentDeletionFailed', `Failed to delete all resource types, ${contentFailures.length} remaining: `],
      good: ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
    }),
    condition('NamespaceContentRemaining', remaining, {
      bad: ['SomeResourcesRemain', 'Some resources are remaining: '],
      good: ['ContentRemoved', 'All content successfully removed'],
    }),
    condition('NamespaceFinalizersRemaining', waiting, {
      bad: ['SomeFinalizersRemain', 'Some content in the namespace has finalizers remaining: '],
      good: ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
    }),
  ];
}

/** True, with the list behind its message, when there is anything in the list. */
function condition(
  type: string,
  list: readonly string[],
  words: { bad: [reason: string, message: string]; good: [reason: string, message: string] },
): Condition {
  const [reason, message] = list.length > 0 ? words.bad : words.good;
  return { type, status: list.length > 0 ? 'True' : 'False', reason, message: message + [...list].sort().join(', ') };
}

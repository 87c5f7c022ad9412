/** A deployment's ReplicaSets: one for each template it ever had, the newest of which it wants. Pure. */
import { clone, semanticEqual } from '../../api/json.js';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../api/types.js';
import { controllerReference } from '../owned.js';
import { hashOf } from '../template-hash.js';

export const hashLabel = 'pod-template-hash';
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const historyAnnotation = 'deployment.kubernetes.io/revision-history';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';

/** The deployment's own, or somebody's record of it: a ReplicaSet has no use for them. */
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
]);

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec | undefined {
  const copy = clone(template);
  if (copy?.metadata?.labels) delete copy.metadata.labels[hashLabel];
  return copy;
}

export const byAge = (a: ReplicaSet, b: ReplicaSet): number => {
  const [x, y] = [a, b].map(({ metadata }) => `${metadata.creationTimestamp ?? ''}/${metadata.name ?? ''}`) as [
    string,
    string,
  ];
  return x < y ? -1 : x > y ? 1 : 0;
};

/** The oldest of those that have the deployment's template, whoever made it. */
export const newestOf = (deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined =>
  [...sets]
    .sort(byAge)
    .find(set => semanticEqual(withoutHash(set.spec?.template), withoutHash(deployment.spec?.template)));

/** An int64, which a number of JavaScript does not hold; 0 where there is none. */
export const revisionOf = ({ metadata }: ReplicaSet | Deployment): bigint => {
  const text = metadata.annotations?.[revisionAnnotation] ?? '';
  const revision = /^\d{1,19}$/.test(text) ? BigInt(text) : 0n;
  return revision < 2n ** 63n ? revision : 0n;
};

export const byRevision = (a: ReplicaSet, b: ReplicaSet): number =>
  revisionOf(a) === revisionOf(b) ? byAge(a, b) : revisionOf(a) < revisionOf(b) ? -1 : 1;

export const laterOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);

export const nextRevision = (others: readonly ReplicaSet[]): bigint => others.map(revisionOf).reduce(laterOf, 0n) + 1n;

function copiedAnnotations(deployment: Deployment): Record<string, string> {
  const own = Object.entries(deployment.metadata.annotations ?? {});
  return Object.fromEntries(own.filter(([name]) => !notCopied.has(name)));
}

export const sizeAnnotations = (desired: number, most: number): Record<string, string> => ({
  [desiredAnnotation]: String(desired),
  [maxAnnotation]: String(most),
});

/** How many pods the deployment was meant to have when this ReplicaSet was last sized. */
export function desiredWhenSized({ metadata }: ReplicaSet): number | undefined {
  const text = metadata.annotations?.[desiredAnnotation] ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

export function mostWhenSized({ metadata }: ReplicaSet): number | undefined {
  const text = metadata.annotations?.[maxAnnotation] ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The ReplicaSet of the deployment's template. */
export function made(deployment: Deployment, replicas: number, most: number, revision: bigint): ReplicaSet {
  const { name = '', namespace = '' } = deployment.metadata;
  const {
    selector,
    template,
    minReadySeconds,
    replicas: desired = 1,
  } = deployment.spec ?? ({} as NonNullable<Deployment['spec']>);
  const hash = hashOf(template, deployment.status?.collisionCount ?? 0);
  const labels = { ...template?.metadata?.labels, [hashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: {
        ...copiedAnnotations(deployment),
        [revisionAnnotation]: String(revision),
        ...sizeAnnotations(desired, most),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template?.metadata, labels } },
    },
  };
}

/** The newest ReplicaSet as the deployment describes it now; undefined when it is so already. */
export function refreshed(deployment: Deployment, newest: ReplicaSet, revision: bigint): ReplicaSet | undefined {
  const before = newest.metadata.annotations ?? {};
  const was = revisionOf(newest);
  const is = laterOf(revision, was);
  const annotations: Record<string, string> = {
    ...before,
    ...copiedAnnotations(deployment),
    [revisionAnnotation]: String(is),
  };
  // A template that comes back is a new revision, and remembers which it was before.
  if (was !== 0n && was !== is) {
    annotations[historyAnnotation] = [...(before[historyAnnotation]?.split(',') ?? []), String(was)].join(',');
  }
  const minReadySeconds = deployment.spec?.minReadySeconds ?? 0;
  if (semanticEqual(annotations, before) && (newest.spec?.minReadySeconds ?? 0) === minReadySeconds) return undefined;
  const spec = { ...(newest.spec as NonNullable<ReplicaSet['spec']>), minReadySeconds };
  return { ...newest, metadata: { ...newest.metadata, annotations }, spec };
}

/**
 * ControllerRevisions: what a StatefulSet or a DaemonSet remembers of each template that it ever had, so that pods can be
 * told apart by it and a rollout undone. A revision's data is the patch that brings its template back. Pure.
 */
import { canonicalText, semanticEqual } from '../../api/json.js';
import type { ControllerRevision, KubeObject, PodTemplateSpec } from '../../api/types.js';
import { controllerReference } from '../owned.js';
import { hashOf } from '../template-hash.js';

/** On pods, and on the revisions of daemon sets: which revision they are of. */
export const revisionHashLabel = 'controller-revision-hash';
/** On the revisions of stateful sets. */
const historyHashLabel = 'controller.kubernetes.io/hash';

export type Templated = KubeObject & {
  spec?: { template?: PodTemplateSpec; revisionHistoryLimit?: number };
  status?: { collisionCount?: number };
};

export interface RevisionPlan {
  /** The one that has the owner's template and is the newest; absent when it must be made or renumbered first. */
  current?: ControllerRevision;
  /** An older one has the template: it becomes the newest. */
  renumber?: ControllerRevision;
  /** Of a template that was not there before. `collisions` count the hashes that were taken by other templates. */
  create?: (collisions: number) => ControllerRevision;
  /** Others that have the same template. Only after races between two versions of a controller. */
  duplicates: ControllerRevision[];
}

const inOrder = (revisions: readonly ControllerRevision[]): ControllerRevision[] =>
  [...revisions].sort((a, b) => a.revision - b.revision || (age(a) < age(b) ? -1 : age(a) > age(b) ? 1 : 0));

const age = ({ metadata }: ControllerRevision): string => `${metadata.creationTimestamp ?? ''}/${metadata.name ?? ''}`;

/** The template that a revision remembers. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec | undefined {
  const data = revision.data as { spec?: { template?: PodTemplateSpec & { $patch?: string } } } | undefined;
  const { $patch: _, ...template } = data?.spec?.template ?? {};
  return data?.spec?.template && (template as PodTemplateSpec);
}

export function planRevisions(owner: Templated, revisions: readonly ControllerRevision[]): RevisionPlan {
  const sorted = inOrder(revisions);
  const equal = sorted.filter(revision => semanticEqual(templateOf(revision), owner.spec?.template));
  const newest = equal.at(-1);
  const duplicates = equal.slice(0, -1);
  const last = sorted.filter(revision => !equal.includes(revision)).at(-1)?.revision ?? 0;
  if (!newest) return { create: collisions => made(owner, last + 1, collisions), duplicates };
  if (newest.revision > last) return { current: newest, duplicates };
  return { renumber: { ...newest, revision: last + 1 }, duplicates };
}

function made(owner: Templated, revision: number, collisions: number): ControllerRevision {
  const template = owner.spec?.template;
  const hash = hashOf(template, collisions);
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      namespace: owner.metadata.namespace ?? '',
      labels: {
        ...template?.metadata?.labels,
        [owner.kind === 'DaemonSet' ? revisionHashLabel : historyHashLabel]: hash,
      },
      ...(owner.metadata.annotations ? { annotations: owner.metadata.annotations } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    data: patchTo(template),
    revision,
  };
}

/**
 * Kubernetes' own controllers and kubectl compare the bytes with what Go makes of the template: its keys are in order,
 * what is a struct there is written even when it is empty, and so is, until 1.33, the time that a template does not have.
 * Newer ones have to live with revisions of that time.
 */
function patchTo({ metadata = {}, spec }: PodTemplateSpec = {}): object {
  const written = <T extends { resources?: object }>(containers: readonly T[] | undefined): T[] | undefined =>
    containers?.map(container => ({ ...container, resources: container.resources ?? {} }));
  const { containers, initContainers } = spec ?? {};
  const complete = { ...spec, containers: written(containers), initContainers: written(initContainers) };
  const timed = { creationTimestamp: null, ...metadata };
  return JSON.parse(canonicalText({ spec: { template: { metadata: timed, spec: complete, $patch: 'replace' } } }));
}

/** The oldest revisions beyond the history that is kept, of those that are not `live`: in use by a pod, or named by the status. */
export function superfluous(
  owner: Templated,
  revisions: readonly ControllerRevision[],
  live: (revision: ControllerRevision) => boolean,
): ControllerRevision[] {
  const past = inOrder(revisions).filter(revision => !live(revision));
  return past.slice(0, Math.max(0, past.length - (owner.spec?.revisionHistoryLimit ?? 10)));
}

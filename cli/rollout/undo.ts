/** Back to a template of before: which revision is meant, and the patch that brings it back. Pure. */
import type { AnyObject, Deployment } from '../../api/types.js';
import type { PatchType } from '../../client/client.js';
import { Failure } from '../failure.js';
import { lastApplied } from '../objects/apply.js';
import { type Revision, revisionAnnotation } from './revisions.js';
import { sameTemplate, withoutHash } from './template.js';

/** `wanted` is a revision's number; 0 for the one before the last. */
export function revisionToUndo(owner: AnyObject, revisions: readonly Revision[], wanted: number): Revision {
  const found = wanted === 0 ? revisions.at(-2) : revisions.find(({ number }) => number === wanted);
  if (found) return found;
  if (wanted !== 0) throw new Failure(`unable to find specified revision ${wanted} in history`);
  throw new Failure(
    owner.kind === 'Deployment'
      ? `no rollout history found for deployment "${owner.metadata.name}"`
      : 'no last revision to roll back to',
  );
}

export interface Undoing {
  type: PatchType;
  patch: unknown;
}

/** The patch; undefined where the template is that one already. */
export function undoing(owner: AnyObject, revision: Revision): Undoing | undefined {
  if (sameTemplate((owner as Deployment).spec?.template, revision.template)) return undefined;
  const template = withoutHash(revision.template);
  if (owner.kind !== 'Deployment')
    return { type: 'strategic', patch: { spec: { template: { ...template, $patch: 'replace' } } } };
  if ((owner as Deployment).spec?.paused)
    throw new Failure(
      "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
    );
  const annotations = annotationsAfter(owner, revision);
  return {
    type: 'json',
    patch: [
      { op: 'replace', path: '/spec/template', value: template },
      { op: 'replace', path: '/metadata/annotations', value: annotations },
    ],
  };
}

/** What a deployment and its ReplicaSets each note for themselves. */
const ownNotes = new Set([
  lastApplied,
  revisionAnnotation,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]);

/** Those of the revision (its change-cause above all), and of the deployment its own notes. */
function annotationsAfter(owner: AnyObject, { record }: Revision): Record<string, string> {
  const of = (object: AnyObject, noted: boolean): [string, string][] =>
    Object.entries(object.metadata.annotations ?? {}).filter(([key]) => ownNotes.has(key) === noted);
  return Object.fromEntries([...of(owner, true), ...of(record as AnyObject, false)]);
}

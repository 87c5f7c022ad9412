/** What a workload has been: the templates that its ReplicaSets or ControllerRevisions remember. */
import type { AnyObject, ControllerRevision, Deployment, PodTemplateSpec, ReplicaSet } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { controllerRevisions, replicaSets } from '../../client/resources.js';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const causeAnnotation = 'kubernetes.io/change-cause';

export interface Revision {
  number: number;
  template: PodTemplateSpec;
  cause: string | undefined;
  /** What remembers it. */
  record: ReplicaSet | ControllerRevision;
}

/** In their order, the oldest first; undefined for a kind that has no history. */
export async function revisionsOf(client: Client, owner: AnyObject): Promise<Revision[] | undefined> {
  const found = await recordsOf(client, owner);
  return found?.sort((a, b) => a.number - b.number);
}

async function recordsOf(client: Client, owner: AnyObject): Promise<Revision[] | undefined> {
  const kind = `${owner.apiVersion} ${owner.kind}`;
  const { namespace = '' } = owner.metadata;
  const isOwn = ({ metadata }: ReplicaSet | ControllerRevision): boolean =>
    metadata.ownerReferences?.some(({ controller, uid }) => controller && uid === owner.metadata.uid) ?? false;
  if (kind === 'apps/v1 Deployment') {
    const { items } = await client.list(replicaSets, { namespace });
    return items.filter(isOwn).flatMap(ofReplicaSet);
  }
  if (kind !== 'apps/v1 DaemonSet' && kind !== 'apps/v1 StatefulSet') return undefined;
  const { items } = await client.list(controllerRevisions, { namespace });
  return items.filter(isOwn).flatMap(ofControllerRevision);
}

function ofReplicaSet(record: ReplicaSet): Revision[] {
  const { annotations } = record.metadata;
  const number = Number(annotations?.[revisionAnnotation] ?? 0);
  const template = record.spec?.template;
  return number > 0 && template ? [{ number, template, cause: annotations?.[causeAnnotation], record }] : [];
}

/** Its data is a patch that puts the whole template in place. */
function ofControllerRevision(record: ControllerRevision): Revision[] {
  const data = record.data as { spec?: { template?: PodTemplateSpec & { $patch?: string } } } | undefined;
  if (!data?.spec?.template) return [];
  const { $patch: _, ...template } = data.spec.template;
  return [{ number: record.revision, template, cause: record.metadata.annotations?.[causeAnnotation], record }];
}

/** What an object was at that revision: a Deployment's is remembered as a ReplicaSet, and shown as that. */
export function objectAt(owner: AnyObject, { template, record }: Revision): AnyObject {
  if (owner.kind === 'Deployment') return { ...record, apiVersion: 'apps/v1', kind: 'ReplicaSet' } as AnyObject;
  return { ...owner, spec: { ...(owner as Deployment).spec, template } };
}

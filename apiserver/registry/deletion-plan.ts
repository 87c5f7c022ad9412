/**
 * What a DELETE does to one object. Most go at once; pods get their grace; what has finalizers is marked and stays until
 * the last is removed by whoever put it there (k8s.io/apiserver registry/rest/delete.go is where the rules come from).
 */
import { timestamp } from '../../api/clock.js';
import { semanticEqual } from '../../api/json.js';
import type { KindRow } from '../../api/kinds/row.js';
import { conflict } from '../../api/status.js';
import type { AnyObject, DeleteOptions, ObjectMeta } from '../../api/types.js';

export type Deletion =
  | { kind: 'remove' }
  /** Written back: marked as being deleted, or with its finalizers changed. */
  | { kind: 'mark'; object: AnyObject }
  /** Already on its way. */
  | { kind: 'nothing' };

export const orphanFinalizer = 'orphan';
export const foregroundFinalizer = 'foregroundDeletion';

/** Whose dependents stay, where the request says nothing: a promise Kubernetes made before there was garbage collection. */
const orphansByDefault = new Set(['replicationcontrollers', 'jobs']);

/** Throws Conflict when a precondition does not hold. `now` in milliseconds. */
export function planDeletion(row: KindRow, object: AnyObject, options: DeleteOptions, now: number): Deletion {
  checkPreconditions(row, object, options.preconditions);
  const meta = object.metadata;
  const grace = graceOf(row, object, options.gracePeriodSeconds);
  if (grace === 'pending') return { kind: 'nothing' };
  const finalizers = finalizersFor(row, meta, options);
  const held = finalizers.length > 0 || namespaceHeld(row, object);
  if (!held && (grace === undefined || grace === 0)) return { kind: 'remove' };
  const marked = mark({ ...meta, ...(finalizers.length > 0 || meta.finalizers ? { finalizers } : {}) }, grace, now);
  if (semanticEqual(marked, meta)) return { kind: 'nothing' };
  return { kind: 'mark', object: { ...object, ...terminating(row, object), metadata: marked } };
}

/** The object was being deleted and nothing holds it any more: an update that removes the last finalizer ends it. */
export function deletionComplete(row: KindRow, object: AnyObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (!deletionTimestamp || (finalizers?.length ?? 0) > 0 || namespaceHeld(row, object)) return false;
  return (deletionGracePeriodSeconds ?? 0) === 0;
}

function checkPreconditions(row: KindRow, object: AnyObject, wanted: DeleteOptions['preconditions']): void {
  const { uid, resourceVersion, name } = object.metadata;
  // Here, and here alone, Kubernetes says the kind rather than the resource.
  const about = { group: row.group, resource: row.kind, name: name ?? '' };
  const differ = (what: string, asked: string, found: string | undefined): string =>
    `the ${what} in the precondition (${asked}) does not match the ${what} in record (${found ?? ''}). The object might have been`;
  if (wanted?.uid && wanted.uid !== uid) {
    throw conflict(about, `${differ('UID', wanted.uid, uid)} deleted and then recreated`);
  }
  if (wanted?.resourceVersion && wanted.resourceVersion !== resourceVersion) {
    throw conflict(about, `${differ('ResourceVersion', wanted.resourceVersion, resourceVersion)} modified`);
  }
}

/** Seconds; undefined for kinds without grace; 'pending' when the deletion under way is not made shorter by this one. */
function graceOf(row: KindRow, object: AnyObject, requested: number | undefined): number | 'pending' | undefined {
  if (!row.gracePeriod) return undefined;
  const { deletionTimestamp, deletionGracePeriodSeconds: current } = object.metadata;
  if (!deletionTimestamp) {
    const grace = row.gracePeriod(object, requested);
    return grace < 0 ? 1 : grace;
  }
  if (current === undefined) return 0;
  return requested === undefined || requested >= current ? 'pending' : Math.max(requested, 0);
}

function mark(meta: ObjectMeta, grace: number | undefined, now: number): ObjectMeta {
  const seconds = grace ?? 0;
  const began = meta.deletionTimestamp
    ? Date.parse(meta.deletionTimestamp) - (meta.deletionGracePeriodSeconds ?? 0) * 1000
    : now;
  if (meta.deletionTimestamp && grace === undefined) return meta;
  return {
    ...meta,
    deletionTimestamp: timestamp(began + seconds * 1000),
    deletionGracePeriodSeconds: seconds,
    ...(meta.generation && !meta.deletionTimestamp ? { generation: meta.generation + 1 } : {}),
  };
}

function finalizersFor(row: KindRow, meta: ObjectMeta, options: DeleteOptions): string[] {
  const present = meta.finalizers ?? [];
  const policy = policyOf(row, present, options);
  const others = present.filter(name => name !== orphanFinalizer && name !== foregroundFinalizer);
  // Added when the deletion begins, and not again once whoever cleared up has taken it off.
  const { deletionFinalizer: own } = row;
  if (own && !meta.deletionTimestamp && !others.includes(own)) others.push(own);
  if (policy === 'Orphan') return [...others, orphanFinalizer];
  return policy === 'Foreground' ? [...others, foregroundFinalizer] : others;
}

function policyOf(row: KindRow, present: string[], options: DeleteOptions): string {
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background';
  if (options.propagationPolicy) return options.propagationPolicy;
  if (present.includes(orphanFinalizer)) return 'Orphan';
  if (present.includes(foregroundFinalizer)) return 'Foreground';
  return orphansByDefault.has(row.plural) ? 'Orphan' : 'Background';
}

const isNamespace = (row: KindRow): boolean => row.group === '' && row.plural === 'namespaces';

/** A namespace stays until its contents are gone: spec.finalizers, emptied by the namespace controller. */
function namespaceHeld(row: KindRow, object: AnyObject): boolean {
  if (!isNamespace(row)) return false;
  const spec = object.spec as { finalizers?: string[] } | undefined;
  return (spec?.finalizers?.length ?? 0) > 0;
}

const terminating = (row: KindRow, object: AnyObject): { status?: unknown } =>
  isNamespace(row) ? { status: { ...(object.status as object | undefined), phase: 'Terminating' } } : {};

/** What a start must write so that the default policy holds again: an administrator's additions stay, removals are mended. */
import { clone, deepEqual, semanticEqual } from '../../../api/json.js';
import type { AnyObject, PolicyRule, RbacSubject } from '../../../api/types.js';
import { uncovered } from '../rbac/cover.js';
import { autoupdateAnnotation } from './rule.js';

/** `replace` carries the resourceVersion that it was planned upon. */
export type PolicyWrite = { action: 'create' | 'replace'; object: AnyObject };

/**
 * Adds missing roles, rules, bindings, subjects, labels and annotations; removes nothing. An object with the
 * annotation `rbac.authorization.kubernetes.io/autoupdate: "false"` is left alone. A binding to another role than
 * wanted is left alone as well: roleRef cannot change, and deleting it is for a person to decide.
 */
export function planPolicy(wanted: readonly AnyObject[], existing: Iterable<AnyObject>): PolicyWrite[] {
  const found = new Map([...existing].map(object => [keyOf(object), object]));
  const writes: PolicyWrite[] = [];
  for (const object of wanted) {
    const current = found.get(keyOf(object));
    if (!current) writes.push({ action: 'create', object });
    else {
      const mended = mend(current, object);
      if (mended) writes.push({ action: 'replace', object: mended });
    }
  }
  return writes;
}

const keyOf = ({ kind, metadata }: AnyObject): string => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;

/** `current` with what it lacks; undefined when nothing is to be done. */
function mend(current: AnyObject, wanted: AnyObject): AnyObject | undefined {
  if (current.metadata.annotations?.[autoupdateAnnotation] === 'false') return undefined;
  if (wanted.roleRef && !deepEqual(current.roleRef, wanted.roleRef)) return undefined;
  const next = clone(current);
  next.metadata.labels = { ...wanted.metadata.labels, ...current.metadata.labels };
  next.metadata.annotations = { ...wanted.metadata.annotations, ...current.metadata.annotations };
  if (wanted.kind.endsWith('Binding')) next.subjects = withSubjects(current.subjects, wanted.subjects);
  else if (wanted.aggregationRule) next.aggregationRule = withSelectors(current, wanted);
  else next.rules = withRules(current, wanted);
  return semanticEqual(next, current) ? undefined : next;
}

function withRules(current: AnyObject, wanted: AnyObject): PolicyRule[] {
  const held = (current.rules ?? []) as PolicyRule[];
  return [...held, ...uncovered(held, (wanted.rules ?? []) as PolicyRule[])];
}

function withSubjects(current: unknown, wanted: unknown): RbacSubject[] {
  const held = (current ?? []) as RbacSubject[];
  const missing = (wanted as RbacSubject[]).filter(subject => !held.some(other => sameSubject(other, subject)));
  return [...held, ...missing];
}

const sameSubject = (a: RbacSubject, b: RbacSubject): boolean =>
  a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '');

interface Aggregation {
  clusterRoleSelectors: unknown[];
}

function withSelectors(current: AnyObject, wanted: AnyObject): Aggregation {
  const held = (current.aggregationRule as Aggregation | undefined)?.clusterRoleSelectors ?? [];
  const selectors = (wanted.aggregationRule as Aggregation).clusterRoleSelectors;
  return {
    clusterRoleSelectors: [...held, ...selectors.filter(selector => !held.some(other => deepEqual(other, selector)))],
  };
}

/**
 * Nobody grants what they do not hold: who writes a role must hold all its rules, and who binds one must hold what it
 * allows, unless the verbs `escalate` and `bind` say they may.
 */
import { semanticEqual } from '../../../api/json.js';
import { forbidden, notFound } from '../../../api/status.js';
import type { AnyObject, ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '../../../api/types.js';
import type { Authorizer, RequestInfo, User } from '../../contracts.js';
import { supergroup } from '../well-known.js';
import type { RuleSource } from './authorizer.js';
import { coveredByOne, grantsIn, printList, printRule, uncovered } from './cover.js';
import { rbacGroup } from './roles.js';

/** A write of a role or a binding. */
export interface RbacWrite {
  /** 'roles', 'clusterroles', 'rolebindings' or 'clusterrolebindings'. */
  resource: string;
  object: AnyObject;
  /** Absent when it is created. */
  old?: AnyObject;
}

const everything: PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];
const mustHoldEverything = 'must have cluster-admin privileges to use the aggregationRule';

/** Single grants times rules held: more comparisons would keep the server from everybody else's requests. */
const maxComparisons = 5_000_000;
/** So many rules that are not held are named in a refusal. */
const maxNamed = 50;

/** Throws Forbidden, or NotFound for a binding to a role that is not there. */
export function checkEscalation(authority: Authorizer & RuleSource, user: User, write: RbacWrite): void {
  if (user.groups.includes(supergroup)) return;
  const wanted = write.resource.endsWith('bindings') ? bound(authority, user, write) : written(authority, user, write);
  if (wanted.length === 0) return;
  const { name = '', namespace = '' } = write.object.metadata;
  const { rules, errors } = authority.rulesFor(user, namespace);
  const about = { group: rbacGroup, resource: write.resource, name };
  const open = wanted.filter(rule => !coveredByOne(rules, rule));
  const grants = open.reduce((sum, rule) => sum + grantsIn(rule), 0);
  if (grants * (rules.length + 1) > maxComparisons) {
    throw forbidden(about, `its rules stand for ${grants} grants, too many to compare with those that you hold`);
  }
  const missing = uncovered(rules, open);
  if (missing.length === 0) return;
  if (wanted === everything) throw forbidden(about, mustHoldEverything);
  const more = missing.length > maxNamed ? `\nand ${missing.length - maxNamed} more` : '';
  const resolution = errors.length > 0 ? `; resolution errors: ${printList(errors)}` : '';
  const who = `user ${JSON.stringify(user.name)} (groups=${printList(user.groups)})`;
  const said = missing.slice(0, maxNamed).map(printRule).join('\n') + more;
  throw forbidden(about, `${who} is attempting to grant RBAC permissions not currently held:\n${said}${resolution}`);
}

/** The rules that a write of a role would newly give: none when they stay as they are. */
function written(authority: Authorizer, user: User, { resource, object, old }: RbacWrite): PolicyRule[] {
  const role = object as unknown as Role & ClusterRole;
  const before = old as unknown as (Role & ClusterRole) | undefined;
  const sameRules = before !== undefined && semanticEqual(before.rules, role.rules);
  const sameChoice = semanticEqual(before?.aggregationRule, role.aggregationRule);
  if (sameRules && sameChoice) return [];
  if (may(authority, user, 'escalate', resource, role.metadata)) return [];
  // An aggregated role takes in rules that nobody has written yet.
  if (role.aggregationRule && !sameChoice) return everything;
  return role.rules ?? [];
}

/** The rules that a binding would newly hand out. Throws NotFound when there is no such role: what it will give is unknown. */
function bound(authority: Authorizer & RuleSource, user: User, { object, old }: RbacWrite): PolicyRule[] {
  const binding = object as unknown as RoleBinding | ClusterRoleBinding;
  const before = old as unknown as RoleBinding | undefined;
  if (before && semanticEqual(before.subjects, binding.subjects) && semanticEqual(before.roleRef, binding.roleRef)) {
    return [];
  }
  const { roleRef, metadata } = binding;
  const { namespace = '' } = metadata;
  const roles = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
  if (may(authority, user, 'bind', roles, { name: roleRef.name, namespace })) return [];
  const rules = authority.rulesOf(roleRef, namespace);
  if (!rules) throw notFound({ group: rbacGroup, resource: roles, name: roleRef.name });
  return [...rules];
}

function may(
  authority: Authorizer,
  user: User,
  verb: string,
  resource: string,
  { name = '', namespace = '' }: { name?: string; namespace?: string },
): boolean {
  const info: RequestInfo = {
    isResource: true,
    path: '',
    verb,
    group: rbacGroup,
    version: 'v1',
    namespace,
    resource,
    subresource: '',
    name,
  };
  return authority.authorize(user, info).allowed;
}

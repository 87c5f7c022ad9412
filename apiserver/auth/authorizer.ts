/** The authorizers in their order: the first that allows decides; when none does, all their reasons are said. */
import type { Authorizer, Lookup, RequestInfo, User, Verdict } from '../contracts.js';
import { NodeAuthorizer } from './node/authorizer.js';
import { nodeOf } from './node/identity.js';
import { type HeldRules, RbacAuthorizer, type RuleSource } from './rbac/authorizer.js';
import type { RoleRef } from './rbac/roles.js';
import { supergroup } from './well-known.js';

export type ClusterAuthorizer = Authorizer & RuleSource;

const masters: Verdict = { allowed: true, reason: `allowed to the group ${supergroup}` };

export function clusterAuthorizer(lookup: Lookup): ClusterAuthorizer {
  const node = new NodeAuthorizer(lookup);
  const rbac = new RbacAuthorizer(lookup);
  return {
    authorize(user: User, info: RequestInfo): Verdict {
      if (user.groups.includes(supergroup)) return masters;
      const byNode = node.authorize(user, info);
      if (byNode.allowed) return byNode;
      const byRole = rbac.authorize(user, info);
      if (byRole.allowed) return byRole;
      return { allowed: false, reason: [byNode.reason, byRole.reason].filter(Boolean).join(', ') };
    },
    rulesFor(user: User, namespace: string): HeldRules {
      const held = rbac.rulesFor(user, namespace);
      const perPod = 'node authorizer does not support user rule resolution';
      return nodeOf(user) === undefined ? held : { ...held, errors: [...held.errors, perPod] };
    },
    rulesOf: (ref: RoleRef, namespace: string) => rbac.rulesOf(ref, namespace),
  };
}

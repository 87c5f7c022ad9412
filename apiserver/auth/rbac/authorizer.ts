/** Role-based access control: allowed is what a bound role allows, and nothing else. */
import type { PolicyRule } from '../../../api/types.js';
import type { Authorizer, Lookup, RequestInfo, User, Verdict } from '../../contracts.js';
import { Grants } from './grants.js';
import { ruleAllows } from './match.js';
import { type RoleRef, RoleRules } from './roles.js';
import { Verdicts } from './verdicts.js';

/** What a user holds, in a namespace or ('') everywhere. */
export interface HeldRules {
  rules: PolicyRule[];
  /** Roles that bindings name but that do not exist. */
  errors: string[];
}

/** Answers what a user may do at all, rather than whether one request is allowed. */
export interface RuleSource {
  rulesFor(user: User, namespace: string): HeldRules;
  /** The rules of a role; undefined when there is none. */
  rulesOf(ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined;
}

export class RbacAuthorizer implements Authorizer, RuleSource {
  private readonly grants: Grants;
  private readonly roles: RoleRules;
  private readonly verdicts: Verdicts;

  constructor(lookup: Lookup) {
    this.verdicts = new Verdicts(lookup);
    this.grants = new Grants(lookup);
    this.roles = new RoleRules(lookup);
  }

  authorize(user: User, info: RequestInfo): Verdict {
    return this.verdicts.of(user, info, () => this.decide(user, info));
  }

  private decide(user: User, info: RequestInfo): Verdict {
    const missing: string[] = [];
    for (const grant of this.grants.of(user, info.isResource ? info.namespace : '')) {
      const rules = this.roles.of(grant.roleRef, grant.namespace);
      if (!rules) missing.push(notFoundText(grant.roleRef));
      else if (rules.some(rule => ruleAllows(rule, info))) {
        return { allowed: true, reason: `RBAC: allowed by ${grant.text}` };
      }
    }
    return { allowed: false, reason: missing.length > 0 ? `RBAC: ${printErrors(missing)}` : '' };
  }

  rulesFor(user: User, namespace: string): HeldRules {
    const rules: PolicyRule[] = [];
    const errors: string[] = [];
    for (const grant of this.grants.of(user, namespace)) {
      const held = this.roles.of(grant.roleRef, grant.namespace);
      if (held) rules.push(...held);
      else errors.push(notFoundText(grant.roleRef));
    }
    return { rules, errors };
  }

  rulesOf(ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    return this.roles.of(ref, namespace);
  }
}

const notFoundText = ({ kind, name }: RoleRef): string =>
  `${kind.toLowerCase()}.rbac.authorization.k8s.io "${name}" not found`;

/** One error as it is, several in brackets. */
const printErrors = (errors: readonly string[]): string => {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
};

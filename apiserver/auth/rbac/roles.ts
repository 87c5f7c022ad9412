/** The rules of the role that a binding names, kept until a role changes. */
import type { ClusterRole, PolicyRule, Role } from '../../../api/types.js';
import type { Lookup } from '../../contracts.js';
import { effectiveRules } from './aggregation.js';

export const rbacGroup = 'rbac.authorization.k8s.io';
const rolesResource = { group: rbacGroup, resource: 'roles' };
const clusterRolesResource = { group: rbacGroup, resource: 'clusterroles' };

export interface RoleRef {
  /** 'Role' or 'ClusterRole'. */
  kind: string;
  name: string;
}

export class RoleRules {
  private readonly known = new Map<string, readonly PolicyRule[] | undefined>();

  constructor(private readonly lookup: Lookup) {
    // An aggregated role may depend on any other: roles change rarely, so all are forgotten.
    lookup.onChange(rolesResource, () => this.known.clear());
    lookup.onChange(clusterRolesResource, () => this.known.clear());
  }

  /** undefined when there is no such role. `namespace` is the binding's, for a Role. */
  of(ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    const key = ref.kind === 'Role' ? `${namespace}/${ref.name}` : `/${ref.name}`;
    if (!this.known.has(key)) this.known.set(key, this.read(ref, namespace));
    return this.known.get(key);
  }

  private read({ kind, name }: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    if (kind === 'Role') {
      const role = this.lookup.get(rolesResource, namespace, name) as Role | undefined;
      return role && (role.rules ?? []);
    }
    const role = this.lookup.get(clusterRolesResource, '', name) as ClusterRole | undefined;
    if (!role?.aggregationRule) return role && (role.rules ?? []);
    return effectiveRules(role, [...this.lookup.list(clusterRolesResource)] as unknown as ClusterRole[]);
  }
}

/** Roles and bindings pass the check that nobody grants what they do not hold. */
import type { ClusterAuthorizer } from '../auth/authorizer.js';
import { checkEscalation } from '../auth/rbac/escalation.js';
import { rbacGroup } from '../auth/rbac/roles.js';
import type { AdmissionPlugin } from '../contracts.js';

export const rbacEscalation = (authorizer: ClusterAuthorizer): AdmissionPlugin => ({
  name: 'RBACEscalation',
  handles: ({ row, operation }) => row.group === rbacGroup && (operation === 'CREATE' || operation === 'UPDATE'),
  validate({ row, object, oldObject, user }) {
    if (!object) return;
    checkEscalation(authorizer, user, { resource: row.plural, object, ...(oldObject ? { old: oldObject } : {}) });
  },
});

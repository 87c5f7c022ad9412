/** Names that have a meaning of their own in Kubernetes' authentication. */

/** Whoever is in it may do everything, even when no binding exists or all are broken. */
export const supergroup = 'system:masters';
export const authenticatedGroup = 'system:authenticated';
export const unauthenticatedGroup = 'system:unauthenticated';
export const anonymousName = 'system:anonymous';
export const nodesGroup = 'system:nodes';
export const nodeNamePrefix = 'system:node:';
export const serviceAccountsGroup = 'system:serviceaccounts';
export const serviceAccountPrefix = 'system:serviceaccount:';

export const serviceAccountUser = (namespace: string, name: string): string =>
  `${serviceAccountPrefix}${namespace}:${name}`;

/** Whoever is somebody is in system:authenticated, last; a credential that names the group itself adds nothing. */
export const withAuthenticated = (groups: readonly string[]): string[] => [
  ...groups.filter(group => group !== authenticatedGroup),
  authenticatedGroup,
];

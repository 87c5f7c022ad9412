/**
 * Tokens that lie in Secrets of type kubernetes.io/service-account-token: without an end, so good only for as long as
 * the Secret holds them and their ServiceAccount lives. A label says when each was last used, so that what nobody
 * needs any more can be found.
 */

import { legacyClaim, legacyIssuer } from '../../../api/service-account-tokens.js';
import type { Lookup, User } from '../../contracts.js';
import { authenticatedGroup, serviceAccountsGroup, serviceAccountUser } from '../well-known.js';

export interface LegacyClaims {
  namespace: string;
  secret: string;
  account: string;
  uid: string;
}

export const lastUsedLabel = 'kubernetes.io/legacy-token-last-used';
export const invalidSinceLabel = 'kubernetes.io/legacy-token-invalid-since';

/** The claims of a decoded payload; undefined when it is no legacy token. */
export function legacyClaimsOf(payload: Record<string, unknown>): LegacyClaims | undefined {
  if (payload.iss !== legacyIssuer) return undefined;
  const claim = (name: keyof typeof legacyClaim): string => {
    const value = payload[legacyClaim[name]];
    return typeof value === 'string' ? value : '';
  };
  const claims = {
    namespace: claim('namespace'),
    secret: claim('secret'),
    account: claim('account'),
    uid: claim('uid'),
  };
  if (Object.values(claims).includes('')) return undefined;
  return payload.sub === serviceAccountUser(claims.namespace, claims.account) ? claims : undefined;
}

/** Why the token does not hold (any more); undefined when it does. */
export function whyLegacyInvalid(token: string, claims: LegacyClaims, lookup: Lookup): string | undefined {
  const { namespace, secret: name, account: accountName, uid } = claims;
  const secret = lookup.get({ group: '', resource: 'secrets' }, namespace, name);
  if (!secret || secret.metadata.deletionTimestamp) return `the secret ${namespace}/${name} is gone`;
  const held = (secret.data as Record<string, string> | undefined)?.token ?? '';
  if (Buffer.from(held, 'base64').toString() !== token) return `the secret ${namespace}/${name} holds another token`;
  const since = secret.metadata.labels?.[invalidSinceLabel];
  if (since) return `the token in the secret ${namespace}/${name} is invalid since ${since}: nobody used it for long`;
  const account = lookup.get({ group: '', resource: 'serviceaccounts' }, namespace, accountName);
  if (!account || account.metadata.deletionTimestamp) return `the service account ${namespace}/${accountName} is gone`;
  return account.metadata.uid === uid ? undefined : `the service account ${namespace}/${accountName} was made anew`;
}

export const legacyUserOf = ({ namespace, account, uid }: LegacyClaims): User => ({
  name: serviceAccountUser(namespace, account),
  uid,
  groups: [serviceAccountsGroup, `${serviceAccountsGroup}:${namespace}`, authenticatedGroup],
});

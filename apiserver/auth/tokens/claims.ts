/** What stands in a service account token, whom it makes, and whether what it is bound to still exists. */
import type { AnyObject } from '../../../api/types.js';
import type { Lookup, User } from '../../contracts.js';
import { authenticatedGroup, serviceAccountsGroup, serviceAccountUser } from '../well-known.js';

export interface ObjectRef {
  name: string;
  uid: string;
}

/** The private claims, under 'kubernetes.io'. */
export interface Binding {
  namespace: string;
  serviceaccount: ObjectRef;
  pod?: ObjectRef;
  secret?: ObjectRef;
  node?: ObjectRef;
}

/** All claims. Times are seconds since 1970. */
export interface Claims {
  iss: string;
  sub: string;
  aud: string[];
  iat: number;
  nbf: number;
  exp: number;
  jti: string;
  'kubernetes.io': Binding;
}

/** A deleted object's tokens live on for so long: what is shutting down may still have to say goodbye. */
const deletionLeewayMs = 60_000;

/** The claims of a decoded payload; undefined when it lacks what every token of ours has. */
export function claimsOf(payload: Record<string, unknown>): Claims | undefined {
  const { sub, exp, nbf, iat, jti, aud } = payload;
  const binding = payload['kubernetes.io'] as Partial<Binding> | undefined;
  const account = binding?.serviceaccount;
  if (typeof exp !== 'number' || typeof nbf !== 'number' || typeof iat !== 'number' || typeof jti !== 'string') {
    return undefined;
  }
  if (!binding?.namespace || !account?.name || !account.uid) return undefined;
  if (sub !== serviceAccountUser(binding.namespace, account.name)) return undefined;
  const audiences = typeof aud === 'string' ? [aud] : aud;
  if (!Array.isArray(audiences) || audiences.length === 0) return undefined;
  return { ...(payload as unknown as Claims), aud: audiences as string[] };
}

type Resource = Parameters<Lookup['get']>[0];
const accounts: Resource = { group: '', resource: 'serviceaccounts' };
const secrets: Resource = { group: '', resource: 'secrets' };
const pods: Resource = { group: '', resource: 'pods' };
const nodes: Resource = { group: '', resource: 'nodes' };

/** Why these claims do not hold (any more); undefined when they do. `now` in milliseconds. */
export function whyInvalid(claims: Claims, lookup: Lookup, now: number): string | undefined {
  const seconds = now / 1000;
  if (seconds >= claims.exp) return 'service account token has expired';
  if (seconds < claims.nbf) return 'service account token is not valid yet';
  const { namespace, serviceaccount, secret, pod, node } = claims['kubernetes.io'];
  const isGone = (resource: Resource, where: string, ref: ObjectRef | undefined): string | undefined =>
    ref === undefined || isAlive(lookup.get(resource, where, ref.name), ref, now)
      ? undefined
      : `the token is bound to ${resource.resource} "${ref.name}", which is gone`;
  return (
    isGone(accounts, namespace, serviceaccount) ??
    isGone(secrets, namespace, secret) ??
    isGone(pods, namespace, pod) ??
    // A pod's token names its node as well; the pod alone decides how long it lives.
    isGone(nodes, '', pod ? undefined : node)
  );
}

function isAlive(object: AnyObject | undefined, ref: ObjectRef, now: number): boolean {
  if (!object || object.metadata.uid !== ref.uid) return false;
  const deletion = object.metadata.deletionTimestamp;
  return !deletion || Date.parse(deletion) + deletionLeewayMs >= now;
}

const users = new WeakMap<Claims, User>();

/** The same object for the same claims. */
export function userOf(claims: Claims): User {
  let user = users.get(claims);
  if (!user) {
    user = newUser(claims);
    users.set(claims, user);
  }
  return user;
}

function newUser(claims: Claims): User {
  const { namespace, serviceaccount, pod, node } = claims['kubernetes.io'];
  return {
    name: serviceAccountUser(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    groups: [serviceAccountsGroup, `${serviceAccountsGroup}:${namespace}`, authenticatedGroup],
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`],
      ...refExtra('pod', pod),
      ...refExtra('node', node),
    },
  };
}

const refExtra = (what: string, ref: ObjectRef | undefined): Record<string, string[]> =>
  ref
    ? {
        [`authentication.kubernetes.io/${what}-name`]: [ref.name],
        [`authentication.kubernetes.io/${what}-uid`]: [ref.uid],
      }
    : {};

/** What is to be done with a Secret that asks for a token of a ServiceAccount. Pure: see controller.ts for the promise. */
import { put } from '../../api/json.js';
import { legacyClaim, legacyIssuer } from '../../api/service-account-tokens.js';
import type { Secret, ServiceAccount } from '../../api/types.js';
import { isTerminating } from '../pod-state.js';

export const tokenSecretType = 'kubernetes.io/service-account-token';
const accountAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';

/** The account that a Secret of this type names; '' when it names none. */
export const accountOf = (secret: Secret): string => secret.metadata.annotations?.[accountAnnotation] ?? '';

/** Whether it belongs to this account, and not to one that had its name before. */
export function belongsTo(secret: Secret, account: ServiceAccount | undefined): account is ServiceAccount {
  const uid = secret.metadata.annotations?.[uidAnnotation] ?? '';
  return account !== undefined && (uid === '' || uid === account.metadata.uid);
}

export type Plan = 'nothing' | 'remove' | { fill: Secret; token: boolean };

/** `fill` is the secret with all that it lacks but the token; `token` says whether that is to be made. `ca` is PEM. */
export function planFor(secret: Secret, account: ServiceAccount | undefined, ca: string | undefined): Plan {
  if (secret.type !== tokenSecretType || isTerminating(secret)) return 'nothing';
  if (!belongsTo(secret, account)) return 'remove';
  const next = structuredClone(secret);
  next.metadata.annotations = { ...secret.metadata.annotations };
  put(next.metadata.annotations, uidAnnotation, account.metadata.uid ?? '');
  const data: Record<string, string> = { ...secret.data };
  if (ca !== undefined) data['ca.crt'] = encode(ca);
  if (!data.namespace) data.namespace = encode(secret.metadata.namespace ?? '');
  next.data = data;
  const token = !data.token;
  const same =
    secret.metadata.annotations?.[uidAnnotation] === account.metadata.uid &&
    secret.data?.['ca.crt'] === data['ca.crt'] &&
    secret.data?.namespace === data.namespace;
  return same && !token ? 'nothing' : { fill: next, token };
}

const encode = (text: string): string => Buffer.from(text).toString('base64');

export const withToken = (secret: Secret, token: string): Secret => ({
  ...secret,
  data: { ...secret.data, token: encode(token) },
});

/** What stands in the token: it has no end, and is good for as long as the secret holds it. */
export function claimsFor(secret: Secret): Record<string, string> {
  const { namespace = '', name = '', annotations = {} } = secret.metadata;
  return {
    iss: legacyIssuer,
    sub: `system:serviceaccount:${namespace}:${accountOf(secret)}`,
    [legacyClaim.namespace]: namespace,
    [legacyClaim.secret]: name,
    [legacyClaim.account]: accountOf(secret),
    [legacyClaim.uid]: annotations[uidAnnotation] ?? '',
  };
}

/** Bootstrap tokens as Secrets of kube-system say them. Pure. */
import type { Secret } from '../../api/types.js';

export const tokenSecretType = 'bootstrap.kubernetes.io/token';
export const tokenNamespace = 'kube-system';

/** Timers reach no further; what is later than that is looked at again. */
export const longestMs = 24 * 3600 * 1000;

/** One entry of the secret's data, as text; '' when it is not there. */
export const field = ({ data }: Secret, key: string): string => Buffer.from(data?.[key] ?? '', 'base64').toString();

/** Milliseconds until the token is over: not positive when it is, undefined when it has no end. */
export function lifeLeft(secret: Secret, now: number): number | undefined {
  const said = field(secret, 'expiration');
  if (said === '') return undefined;
  const end = Date.parse(said);
  // An end that cannot be read is no reason to trust a token for ever.
  return Number.isNaN(end) ? 0 : end - now;
}

export interface SigningToken {
  id: string;
  secret: string;
}

/** The token by which cluster-info is to be signed; undefined where the secret holds none that may. */
export function signingToken(secret: Secret, now: number): SigningToken | undefined {
  const { name, deletionTimestamp } = secret.metadata;
  if (secret.type !== tokenSecretType || deletionTimestamp) return undefined;
  const [id, value] = [field(secret, 'token-id'), field(secret, 'token-secret')];
  if (name !== `bootstrap-token-${id}` || !/^[a-z0-9]{6}$/.test(id) || value === '') return undefined;
  const left = lifeLeft(secret, now);
  if (left !== undefined && left <= 0) return undefined;
  return field(secret, 'usage-bootstrap-signing') === 'true' ? { id, secret: value } : undefined;
}

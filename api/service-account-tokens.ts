/** What signers and verifiers of service account tokens must agree upon. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** The issuer of tokens that lie in Secrets. */
export const legacyIssuer = 'kubernetes/serviceaccount';

/** Their private claims. */
export const legacyClaim = {
  namespace: 'kubernetes.io/serviceaccount/namespace',
  secret: 'kubernetes.io/serviceaccount/secret.name',
  account: 'kubernetes.io/serviceaccount/service-account.name',
  uid: 'kubernetes.io/serviceaccount/service-account.uid',
} as const;

/** Names the key in tokens, as Kubernetes derives it: the SHA-256 of its public half's DER form. */
export function keyIdOf(key: KeyObject): string {
  const open = key.type === 'public' ? key : createPublicKey(key);
  return createHash('sha256')
    .update(open.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
}

/** The JWS algorithm that goes with a key. Throws an Error for a key that signs no tokens. */
export function algorithmOf(key: KeyObject): 'RS256' | 'ES256' | 'ES384' | 'ES512' {
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  const curves = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' } as const;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve !== undefined && Object.hasOwn(curves, curve)) return curves[curve as keyof typeof curves];
  throw new Error(
    `a key of type ${curve ?? key.asymmetricKeyType} signs no tokens: it must be RSA, P-256, P-384 or P-521`,
  );
}

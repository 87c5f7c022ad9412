/** Whom the claims of an ID token make. Pure. */
import { own } from '../../../api/json.js';
import type { User } from '../../contracts.js';
import { withAuthenticated } from '../well-known.js';

/** The flags `--oidc-...`. */
export interface ClaimOptions {
  issuer: string;
  clientId: string;
  /** 'sub' unless said. */
  usernameClaim: string;
  /** Absent: the issuer and '#', but nothing before an address; '-': nothing. */
  usernamePrefix?: string;
  groupsClaim?: string;
  groupsPrefix: string;
  /** Claims that must stand in the token with these values. */
  requiredClaims: Readonly<Record<string, string>>;
}

type Claims = Record<string, unknown>;

/** The user; or, as a text, why the claims make none. The signature is verified, and so are issuer, audience and times. */
export function userOfClaims(claims: Claims, options: ClaimOptions): User | string {
  for (const [claim, wanted] of Object.entries(options.requiredClaims)) {
    if (own(claims, claim) !== wanted)
      return `oidc: required claim ${claim} does not have the value ${JSON.stringify(wanted)}`;
  }
  const { usernameClaim } = options;
  const name = own(claims, usernameClaim);
  if (typeof name !== 'string' || name === '')
    return `oidc: could not expand username claim ${usernameClaim}: it is absent, or no text`;
  if (usernameClaim === 'email' && Object.hasOwn(claims, 'email_verified') && claims.email_verified !== true) {
    return 'oidc: email not verified';
  }
  const groups = options.groupsClaim === undefined ? [] : groupsOf(own(claims, options.groupsClaim));
  if (!groups) return `oidc: the claim ${options.groupsClaim} holds no groups: it must be a text or a list of texts`;
  const jti = claims.jti;
  return {
    name: `${usernamePrefixOf(options)}${name}`,
    groups: withAuthenticated(groups.map(group => `${options.groupsPrefix}${group}`)),
    ...(typeof jti === 'string' && jti !== ''
      ? { extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`] } }
      : {}),
  };
}

function usernamePrefixOf({ usernamePrefix, usernameClaim, issuer }: ClaimOptions): string {
  if (usernamePrefix === '-') return '';
  return usernamePrefix ?? (usernameClaim === 'email' ? '' : `${issuer}#`);
}

function groupsOf(claim: unknown): string[] | undefined {
  if (claim === undefined || claim === null) return [];
  const list = Array.isArray(claim) ? claim : [claim];
  return list.every(group => typeof group === 'string') ? (list as string[]) : undefined;
}

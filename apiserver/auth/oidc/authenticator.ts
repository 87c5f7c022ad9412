/** ID tokens of an OpenID Connect provider, as `kubectl` shows them after a login elsewhere. */
import type { Logger } from 'pino';
import type { Clock } from '../../../api/clock.js';
import type { User } from '../../contracts.js';
import type { PlainTokenAuthenticator } from '../tokens/chain.js';
import { type ClaimOptions, userOfClaims } from './claims.js';
import { Provider } from './provider.js';

export interface OidcOptions extends ClaimOptions {
  /** `--oidc-ca-file`, in PEM. */
  ca?: string;
  /** `--oidc-signing-algs`: RS256 unless said. */
  algorithms: readonly string[];
}

const jose = () => import('jose');

export function oidcTokens(options: OidcOptions, clock: Clock, log: Logger): PlainTokenAuthenticator {
  const provider = new Provider({
    issuer: options.issuer,
    clock,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  return {
    async userOf(token): Promise<User | undefined> {
      if (!(await isOf(token, options.issuer))) return undefined;
      const outcome = await judge(token, options, provider, clock).catch(
        (error: unknown) => `oidc: ${(error as Error).message}`,
      );
      if (typeof outcome !== 'string') return outcome;
      log.warn({ why: outcome }, 'an ID token was refused');
      return undefined;
    },
  };
}

/** Whether it is a token of this issuer at all, before anything is fetched for it. */
async function isOf(token: string, issuer: string): Promise<boolean> {
  if (token.split('.').length !== 3) return false;
  const { decodeJwt } = await jose();
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    return false;
  }
}

async function judge(token: string, options: OidcOptions, provider: Provider, clock: Clock): Promise<User | string> {
  const { createLocalJWKSet, decodeProtectedHeader, jwtVerify } = await jose();
  const { kid } = decodeProtectedHeader(token);
  const { payload } = await jwtVerify(token, createLocalJWKSet(await provider.keys(kid)), {
    issuer: options.issuer,
    audience: options.clientId,
    algorithms: [...options.algorithms],
    requiredClaims: ['exp'],
    currentDate: new Date(clock.now()),
  });
  return userOfClaims(payload, options);
}

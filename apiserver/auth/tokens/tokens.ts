/** Service account tokens: issued for what exists, and good for as long as it exists. */
import type { Logger } from 'pino';
import type { Clock } from '../../../api/clock.js';
import type { Lookup } from '../../contracts.js';
import { whenKnown } from '../../when-known.js';
import { serviceAccountUser } from '../well-known.js';
import type { TokenAuthenticator, Verified } from './chain.js';
import { type Binding, type Claims, userOf, whyInvalid } from './claims.js';
import { type LegacyClaims, legacyUserOf, whyLegacyInvalid } from './legacy.js';
import type { Opened, TokenSigner } from './signer.js';

export interface TokensOptions {
  signer: TokenSigner;
  lookup: Lookup;
  clock: Clock;
  log: Logger;
  /** Whom tokens are meant for that name no audience: this API server. */
  apiAudiences: readonly string[];
  /** Names a token. */
  uid(): string;
  /** Told of each use of a token that lies in a Secret. */
  legacyUsed?(claims: LegacyClaims): void;
  /** `--service-account-jwks-uri` */
  jwksUri?: string;
  /** `--service-account-max-token-expiration` */
  maxExpirationSeconds?: number;
}

export class Tokens implements TokenAuthenticator {
  constructor(private readonly options: TokensOptions) {}

  get defaultAudiences(): string[] {
    return [...this.options.apiAudiences];
  }

  async issue(binding: Binding, audiences: string[], seconds: number): Promise<{ token: string; expires: number }> {
    const { signer, clock, uid, maxExpirationSeconds = seconds } = this.options;
    const now = Math.floor(clock.now() / 1000);
    const expires = now + Math.min(seconds, maxExpirationSeconds);
    const token = await signer.sign({
      iss: signer.issuer,
      sub: serviceAccountUser(binding.namespace, binding.serviceaccount.name),
      aud: audiences,
      iat: now,
      nbf: now,
      exp: expires,
      jti: uid(),
      'kubernetes.io': binding,
    });
    return { token, expires: expires * 1000 };
  }

  /** undefined when the token is false, over, meant for others, or bound to what is gone. At once for a known token. */
  verify(
    token: string,
    audiences: readonly string[] = this.options.apiAudiences,
  ): Verified | undefined | Promise<Verified | undefined> {
    const opened = this.options.signer.open(token);
    return whenKnown<Opened | undefined, Verified | undefined>(
      opened,
      found => found && this.check(token, found, audiences),
    );
  }

  private check(token: string, opened: Opened, audiences: readonly string[]): Verified | undefined {
    return 'bound' in opened
      ? this.verifyBound(opened.bound, audiences)
      : this.verifyLegacy(token, opened.legacy, audiences);
  }

  private verifyBound(claims: Claims, audiences: readonly string[]): Verified | undefined {
    const { lookup, clock } = this.options;
    const meant = audiences.filter(audience => claims.aud.includes(audience));
    const why =
      meant.length === 0
        ? `the token is meant for ${claims.aud.join(', ')}, not for ${audiences.join(', ')}`
        : whyInvalid(claims, lookup, clock.now());
    if (why === undefined) return { user: userOf(claims), audiences: meant };
    return this.refuse({ user: claims.sub, jti: claims.jti, why });
  }

  private verifyLegacy(token: string, claims: LegacyClaims, audiences: readonly string[]): Verified | undefined {
    const { lookup, apiAudiences, legacyUsed } = this.options;
    const meant = audiences.filter(audience => apiAudiences.includes(audience));
    const why =
      meant.length === 0
        ? `a token without audience is not meant for ${audiences.join(', ')}`
        : whyLegacyInvalid(token, claims, lookup);
    if (why !== undefined) return this.refuse({ user: claims.account, namespace: claims.namespace, why });
    legacyUsed?.(claims);
    return { user: legacyUserOf(claims), audiences: meant };
  }

  private refuse(said: object): undefined {
    this.options.log.debug(said, 'token refused');
    return undefined;
  }

  /** /openid/v1/jwks */
  jwks(): unknown {
    return this.options.signer.jwks();
  }

  /** /.well-known/openid-configuration */
  openidConfiguration(): unknown {
    const { issuer, algorithms } = this.options.signer;
    return {
      issuer,
      jwks_uri: this.options.jwksUri ?? `${issuer}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: algorithms,
    };
  }
}

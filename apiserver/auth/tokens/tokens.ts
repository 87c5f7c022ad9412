/** Service account tokens: issued for what exists, and good for as long as it exists. */
import type { Logger } from 'pino';
import type { Clock } from '../../../api/clock.js';
import type { Lookup, User } from '../../contracts.js';
import { serviceAccountUser } from '../well-known.js';
import { type Binding, userOf, whyInvalid } from './claims.js';
import type { TokenSigner } from './signer.js';

export interface TokensOptions {
  signer: TokenSigner;
  lookup: Lookup;
  clock: Clock;
  log: Logger;
  /** Names a token. */
  uid(): string;
}

export interface Verified {
  user: User;
  /** Those of the asked audiences that the token is meant for. */
  audiences: string[];
}

export class Tokens {
  constructor(private readonly options: TokensOptions) {}

  /** Whom tokens are meant for that name no audience: this API server. */
  get defaultAudiences(): string[] {
    return [this.options.signer.issuer];
  }

  async issue(binding: Binding, audiences: string[], seconds: number): Promise<{ token: string; expires: number }> {
    const { signer, clock, uid } = this.options;
    const now = Math.floor(clock.now() / 1000);
    const token = await signer.sign({
      iss: signer.issuer,
      sub: serviceAccountUser(binding.namespace, binding.serviceaccount.name),
      aud: audiences,
      iat: now,
      nbf: now,
      exp: now + seconds,
      jti: uid(),
      'kubernetes.io': binding,
    });
    return { token, expires: (now + seconds) * 1000 };
  }

  /** undefined when the token is false, over, meant for others, or bound to what is gone. */
  async verify(token: string, audiences: readonly string[] = this.defaultAudiences): Promise<Verified | undefined> {
    const { signer, lookup, clock, log } = this.options;
    const claims = await signer.open(token);
    if (!claims) return undefined;
    const meant = audiences.filter(audience => claims.aud.includes(audience));
    const why =
      meant.length === 0
        ? `the token is meant for ${claims.aud.join(', ')}, not for ${audiences.join(', ')}`
        : whyInvalid(claims, lookup, clock.now());
    if (why === undefined) return { user: userOf(claims), audiences: meant };
    log.debug({ user: claims.sub, jti: claims.jti, why }, 'token refused');
    return undefined;
  }

  /** /openid/v1/jwks */
  jwks(): unknown {
    return this.options.signer.jwks();
  }

  /** /.well-known/openid-configuration */
  openidConfiguration(): unknown {
    const { issuer } = this.options.signer;
    return {
      issuer,
      jwks_uri: `${issuer}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    };
  }
}

/** Several kinds of bearer tokens, each with an authenticator of its own: the first that knows a token decides. */
import type { User } from '../../contracts.js';

export interface Verified {
  user: User;
  /** Those of the asked audiences that the token is meant for. */
  audiences: string[];
}

export interface TokenAuthenticator {
  /** undefined for a token that is another's business, false, over, or meant for none of `audiences`. */
  verify(token: string, audiences: readonly string[]): Promise<Verified | undefined> | Verified | undefined;
}

/** Tokens that say nothing of whom they are meant for are meant for this API server. */
export interface PlainTokenAuthenticator {
  userOf(token: string): Promise<User | undefined> | User | undefined;
}

export class TokenChain implements TokenAuthenticator {
  constructor(
    private readonly authenticators: readonly TokenAuthenticator[],
    /** Whom a token is asked about that nobody names: this API server. */
    readonly apiAudiences: readonly string[],
  ) {}

  /** At once where those that are asked know at once. */
  verify(token: string, audiences: readonly string[] = this.apiAudiences): ReturnType<TokenAuthenticator['verify']> {
    return this.askFrom(0, token, audiences);
  }

  private askFrom(
    index: number,
    token: string,
    audiences: readonly string[],
  ): ReturnType<TokenAuthenticator['verify']> {
    const next = this.authenticators[index];
    if (!next) return undefined;
    const verified = next.verify(token, audiences);
    if (verified instanceof Promise) return verified.then(found => found ?? this.askFrom(index + 1, token, audiences));
    return verified ?? this.askFrom(index + 1, token, audiences);
  }
}

export const forApiAudiences = (
  plain: PlainTokenAuthenticator,
  apiAudiences: readonly string[],
): TokenAuthenticator => ({
  async verify(token, audiences) {
    const meant = audiences.filter(audience => apiAudiences.includes(audience));
    if (meant.length === 0) return undefined;
    const user = await plain.userOf(token);
    return user && { user, audiences: meant };
  },
});

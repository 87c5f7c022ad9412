/** Who is asking, and may they: what the API server takes from this folder. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { Authenticator, CreateHandler, Lookup } from '../contracts.js';
import { serviceAccountKeys } from '../pki/paths.js';
import { authenticatorOf } from './authenticate.js';
import { type ClusterAuthorizer, clusterAuthorizer } from './authorizer.js';
import { type AuthenticationOptions, defaultAuthentication } from './options.js';
import { reviewHandlers } from './reviews.js';
import { tokenRequestHandler } from './token-request.js';
import { bootstrapTokens } from './tokens/bootstrap.js';
import { forApiAudiences, type TokenAuthenticator, TokenChain } from './tokens/chain.js';
import type { LegacyClaims } from './tokens/legacy.js';
import { loadSigner } from './tokens/signer.js';
import { staticTokens } from './tokens/static-file.js';
import { Tokens } from './tokens/tokens.js';

export { unauthorized } from './authenticate.js';
export type { ClusterAuthorizer } from './authorizer.js';
export { defaultPolicy, type PolicyWrite, planPolicy } from './bootstrap-policy.js';
export { type Presented, presentedCredentials } from './credentials.js';
export { forbiddenRequest } from './forbidden.js';
export { impersonate } from './impersonation.js';
export type { Tokens } from './tokens/tokens.js';

export interface SecurityOptions {
  /** Roles, bindings, pods, secrets, service accounts and nodes, as they are now. */
  lookup: Lookup;
  /** Where sa.key and sa.pub are. */
  pkiDir: string;
  /** Kubernetes' defaults for a cluster of kubeadm's, unless said. */
  authentication?: AuthenticationOptions;
  log: Logger;
  clock: Clock;
  /** Names each token; random UUIDs unless said. */
  uid?: () => string;
  /** Told of each use of a token that lies in a Secret. */
  legacyUsed?(claims: LegacyClaims): void;
  /** Where the keys of service account tokens are published, unless `authentication` says. */
  jwksUri?: string;
}

export interface Security {
  authenticator: Authenticator;
  authorizer: ClusterAuthorizer;
  tokens: Tokens;
  /** Answers of the review kinds, by plural, and of 'serviceaccounts/token'. */
  createHandlers: ReadonlyMap<string, CreateHandler>;
}

/** Throws when keys or token files cannot be read, or hold what they should not: apiserver/pki makes the keys. */
export async function createSecurity(options: SecurityOptions): Promise<Security> {
  const { lookup, authentication = defaultAuthentication } = options;
  const tokens = await serviceAccountTokens(options, authentication);
  const chain = await tokenChain(options, authentication, tokens);
  const authorizer = clusterAuthorizer(lookup);
  const createHandlers = reviewHandlers(authorizer, chain);
  createHandlers.set('serviceaccounts/token', tokenRequestHandler(tokens, lookup, authorizer));
  const { anonymous, frontProxy } = authentication;
  return {
    authenticator: authenticatorOf({ tokens: chain, frontProxy, anonymous }),
    authorizer,
    tokens,
    createHandlers,
  };
}

async function serviceAccountTokens(
  options: SecurityOptions,
  { apiAudiences, serviceAccounts }: AuthenticationOptions,
): Promise<Tokens> {
  const { lookup, clock, log, uid = randomUUID, pkiDir, legacyUsed } = options;
  const { issuers, jwksUri = options.jwksUri, maxExpirationSeconds } = serviceAccounts;
  const own = serviceAccountKeys(pkiDir);
  const signer = await loadSigner({
    signingKey: serviceAccounts.signingKey ?? own.privateKey,
    verificationKeys: serviceAccounts.verificationKeys ?? [own.publicKey],
    issuers,
  });
  return new Tokens({
    ...{ signer, lookup, clock, log, uid, apiAudiences: apiAudiences ?? issuers },
    ...(legacyUsed ? { legacyUsed } : {}),
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(maxExpirationSeconds === undefined ? {} : { maxExpirationSeconds }),
  });
}

/** In Kubernetes' order. */
async function tokenChain(
  { lookup, clock, log }: SecurityOptions,
  { tokenFile, bootstrapTokens: bootstrap, oidc }: AuthenticationOptions,
  tokens: Tokens,
): Promise<TokenChain> {
  const audiences = tokens.defaultAudiences;
  const chain: TokenAuthenticator[] = [];
  if (tokenFile !== undefined) {
    chain.push(forApiAudiences(staticTokens(await readFile(tokenFile, 'utf8'), tokenFile), audiences));
  }
  chain.push(tokens);
  if (bootstrap) chain.push(forApiAudiences(bootstrapTokens(lookup, clock), audiences));
  if (oidc) {
    const { oidcTokens } = await import('./oidc/authenticator.js');
    const { caFile, ...claims } = oidc;
    const ca = caFile === undefined ? {} : { ca: await readFile(caFile, 'utf8') };
    chain.push(forApiAudiences(oidcTokens({ ...claims, ...ca }, clock, log), audiences));
  }
  return new TokenChain(chain, audiences);
}

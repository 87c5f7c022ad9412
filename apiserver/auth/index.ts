/** Who is asking, and may they: what the API server takes from this folder. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { Authenticator, CreateHandler, Lookup } from '../contracts.js';
import { authenticatorOf } from './authenticate.js';
import { type ClusterAuthorizer, clusterAuthorizer } from './authorizer.js';
import { reviewHandlers } from './reviews.js';
import { tokenRequestHandler } from './token-request.js';
import { loadSigner } from './tokens/signer.js';
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
  /** The `iss` of service account tokens, and the audience of those that name none. */
  issuer: string;
  log: Logger;
  clock: Clock;
  /** Names each token; random UUIDs unless said. */
  uid?: () => string;
}

export interface Security {
  authenticator: Authenticator;
  authorizer: ClusterAuthorizer;
  tokens: Tokens;
  /** Answers of the review kinds, by plural, and of 'serviceaccounts/token'. */
  createHandlers: ReadonlyMap<string, CreateHandler>;
}

/** Throws when the token keys cannot be read: apiserver/pki makes them. */
export async function createSecurity(options: SecurityOptions): Promise<Security> {
  const { lookup, pkiDir, issuer, log, clock, uid = randomUUID } = options;
  const signer = await loadSigner(pkiDir, issuer);
  const tokens = new Tokens({ signer, lookup, clock, log, uid });
  const authorizer = clusterAuthorizer(lookup);
  const createHandlers = reviewHandlers(authorizer, tokens);
  createHandlers.set('serviceaccounts/token', tokenRequestHandler(tokens, lookup));
  return { authenticator: authenticatorOf(tokens), authorizer, tokens, createHandlers };
}

/** From a credential to a user: a proxy's word, a client certificate, a bearer token, or nobody in particular. */
import { statusError } from '../../api/status.js';
import type { Authenticator, ClientCertificate, Credentials, User } from '../contracts.js';
import { whenKnown } from '../when-known.js';
import { bearerToken } from './credentials.js';
import { type FrontProxyOptions, proxiedUser } from './front-proxy.js';
import type { TokenChain, Verified } from './tokens/chain.js';
import { anonymousName, unauthenticatedGroup, withAuthenticated } from './well-known.js';

export const unauthorized = () => statusError('Unauthorized', 'Unauthorized');

export interface AuthenticatorOptions {
  tokens: TokenChain;
  frontProxy?: FrontProxyOptions;
  /** `--anonymous-auth`: whether a request without any credential is somebody's at all. */
  anonymous: boolean;
}

/** Whoever shows nothing is anonymous. Throws Unauthorized for a token that is not good, and where nobody is let in so. */
export const authenticatorOf = ({ tokens, frontProxy, anonymous }: AuthenticatorOptions): Authenticator => ({
  authenticate(credentials: Credentials): User | Promise<User> {
    const { certificate, proxyCertificate, authorization } = credentials;
    const proxied = frontProxy && proxyCertificate && proxiedUser(credentials, frontProxy);
    if (proxied) return proxied;
    if (certificate && certificate.subjectCN !== '') return certificateUser(certificate);
    const token = bearerToken(authorization);
    if (token !== undefined) {
      return whenKnown(tokens.verify(token), tokenUser);
    }
    // A proxy that says no name, or may say none, is not nobody: its request would be taken for anybody's.
    if (!anonymous || (proxyCertificate && !certificate)) throw unauthorized();
    return anonymousUser();
  },
});

/** A connection shows the same object with each of its requests. */
const certificateUsers = new WeakMap<ClientCertificate, User>();

function certificateUser(certificate: ClientCertificate): User {
  let user = certificateUsers.get(certificate);
  if (!user) {
    const { subjectCN, subjectO, sha256 } = certificate;
    user = { name: subjectCN, groups: withAuthenticated(subjectO) };
    if (sha256 !== undefined) user.extra = { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${sha256}`] };
    certificateUsers.set(certificate, user);
  }
  return user;
}

function tokenUser(verified: Verified | undefined): User {
  if (!verified) throw unauthorized();
  return verified.user;
}

const anonymousUser = (): User => ({ name: anonymousName, groups: [unauthenticatedGroup] });

/** From a credential to a user: client certificate, service account token, or nobody in particular. */
import { statusError } from '../../api/status.js';
import type { Authenticator, Credentials, User } from '../contracts.js';
import { bearerToken } from './credentials.js';
import type { Tokens } from './tokens/tokens.js';
import { anonymousName, authenticatedGroup, unauthenticatedGroup } from './well-known.js';

export const unauthorized = () => statusError('Unauthorized', 'Unauthorized');

/** Always a user: whoever shows nothing is anonymous. Throws Unauthorized for a token that is not good. */
export const authenticatorOf = (tokens: Tokens): Authenticator => ({
  authenticate(credentials: Credentials): User | Promise<User> {
    const { certificate, authorization } = credentials;
    if (certificate && certificate.subjectCN !== '') return certificateUser(certificate);
    const token = bearerToken(authorization);
    if (token === undefined) return anonymous();
    return tokenUser(tokens, token);
  },
});

const certificateUser = ({ subjectCN, subjectO }: NonNullable<Credentials['certificate']>): User => ({
  name: subjectCN,
  groups: [...subjectO.filter(group => group !== authenticatedGroup), authenticatedGroup],
});

async function tokenUser(tokens: Tokens, token: string): Promise<User> {
  const verified = await tokens.verify(token);
  if (!verified) throw unauthorized();
  return verified.user;
}

const anonymous = (): User => ({ name: anonymousName, groups: [unauthenticatedGroup] });

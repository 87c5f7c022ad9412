/** Acting as somebody else, as `kubectl --as` asks: every name, group, uid and extra must be allowed by itself. */
import { put } from '../../api/json.js';
import { badRequest } from '../../api/status.js';
import type { Authorizer, RequestInfo, User } from '../contracts.js';
import { forbiddenRequest } from './forbidden.js';
import {
  anonymousName,
  authenticatedGroup,
  serviceAccountPrefix,
  serviceAccountsGroup,
  unauthenticatedGroup,
} from './well-known.js';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const extraPrefix = 'impersonate-extra-';

/**
 * The user that a request is made as: `user` where no impersonation is asked. `headers` has names in lower case.
 * Throws Forbidden for what `user` may not impersonate, BadRequest for groups or extras without a user.
 */
export function impersonate(authorizer: Authorizer, user: User, headers: Headers): User {
  if (!mentions(headers)) return user;
  const asked = wanted(headers);
  if (!asked) return user;
  for (const info of questions(asked)) {
    const verdict = authorizer.authorize(user, info);
    if (!verdict.allowed) throw forbiddenRequest(user, info, verdict.reason);
  }
  return withImpliedGroups(asked);
}

/** Most requests have no such header, and are done here. */
function mentions(headers: Headers): boolean {
  for (const header in headers) if (header.startsWith('impersonate-')) return true;
  return false;
}

function wanted(headers: Headers): User | undefined {
  const name = single(headers['impersonate-user']);
  const uid = single(headers['impersonate-uid']);
  const groups = several(headers['impersonate-group']);
  const extra: Record<string, string[]> = {};
  for (const header of Object.keys(headers)) {
    if (header.startsWith(extraPrefix)) put(extra, extraKey(header), several(headers[header]));
  }
  const hasExtra = Object.keys(extra).length > 0;
  if (name) return { name, groups, ...(uid ? { uid } : {}), ...(hasExtra ? { extra } : {}) };
  if (!uid && groups.length === 0 && !hasExtra) return undefined;
  throw badRequest('impersonation of groups, a uid or extra fields needs the header Impersonate-User as well');
}

/** Names may hold commas (cn=jane,ou=people): these headers are never split. */
const single = (header: string | string[] | undefined): string =>
  (Array.isArray(header) ? header.join(', ') : (header ?? '')).trim();

/** Node joins repeated headers by a comma and a space. Each part is asked for by itself, so a wrong split grants nothing. */
const several = (header: string | string[] | undefined): string[] =>
  (Array.isArray(header) ? header : (header ?? '').split(', '))
    .map(value => value.trim())
    .filter(value => value !== '');

function extraKey(header: string): string {
  const key = header.slice(extraPrefix.length);
  try {
    return decodeURIComponent(key);
  } catch {
    throw badRequest(`the header ${header} has an invalid percent-encoding`);
  }
}

/** One authorization question for each thing that is taken on. */
function questions({ name, uid, groups, extra = {} }: User): RequestInfo[] {
  const account = accountOf(name);
  return [
    account ? ask('serviceaccounts', account.name, { namespace: account.namespace }) : ask('users', name),
    ...groups.map(group => ask('groups', group)),
    ...(uid === undefined ? [] : [ask('uids', uid, { group: 'authentication.k8s.io' })]),
    ...Object.entries(extra).flatMap(([key, list]) =>
      list.map(value => ask('userextras', value, { group: 'authentication.k8s.io', subresource: key })),
    ),
  ];
}

const ask = (resource: string, name: string, more: Partial<RequestInfo> = {}): RequestInfo => ({
  isResource: true,
  path: '',
  verb: 'impersonate',
  group: '',
  version: 'v1',
  namespace: '',
  resource,
  subresource: '',
  name,
  ...more,
});

function accountOf(user: string): { namespace: string; name: string } | undefined {
  if (!user.startsWith(serviceAccountPrefix)) return undefined;
  const [namespace = '', name = '', ...rest] = user.slice(serviceAccountPrefix.length).split(':');
  return namespace !== '' && name !== '' && rest.length === 0 ? { namespace, name } : undefined;
}

/** The groups that a user of this kind always has. A service account without said groups gets its own. */
function withImpliedGroups(user: User): User {
  const account = accountOf(user.name);
  const own =
    account && user.groups.length === 0 ? [serviceAccountsGroup, `${serviceAccountsGroup}:${account.namespace}`] : [];
  const groups = [...user.groups, ...own];
  const implied = user.name === anonymousName ? unauthenticatedGroup : authenticatedGroup;
  return { ...user, groups: groups.includes(implied) ? groups : [...groups, implied] };
}

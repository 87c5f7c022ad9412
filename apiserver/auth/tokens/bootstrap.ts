/** Bootstrap tokens, with which machines join: Secrets of kube-system, named after the public half of the token. */
import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../api/clock.js';
import type { AnyObject } from '../../../api/types.js';
import type { Lookup, User } from '../../contracts.js';
import { withAuthenticated } from '../well-known.js';
import type { PlainTokenAuthenticator } from './chain.js';

const tokenForm = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const groupForm = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
const secretType = 'bootstrap.kubernetes.io/token';
const bootstrappers = 'system:bootstrappers';

export const bootstrapTokens = (lookup: Lookup, clock: Clock): PlainTokenAuthenticator => ({
  userOf(token) {
    const [, id = '', secret = ''] = tokenForm.exec(token) ?? [];
    const found = id && lookup.get({ group: '', resource: 'secrets' }, 'kube-system', `bootstrap-token-${id}`);
    return found ? userFrom(found, id, secret, clock.now()) : undefined;
  },
});

function userFrom(object: AnyObject, id: string, secret: string, now: number): User | undefined {
  if (object.type !== secretType || object.metadata.deletionTimestamp) return undefined;
  const field = (key: string): string => {
    const value = (object.data as Record<string, string> | undefined)?.[key];
    return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : '';
  };
  if (field('token-id') !== id || !sameText(field('token-secret'), secret)) return undefined;
  if (field('usage-bootstrap-authentication') !== 'true' || isOver(field('expiration'), now)) return undefined;
  const extra = field('auth-extra-groups')
    .split(',')
    .map(group => group.trim());
  const groups = extra.filter(group => group !== '');
  // A token that was made wrongly gives nothing, rather than less than was meant.
  if (!groups.every(group => groupForm.test(group))) return undefined;
  return { name: `system:bootstrap:${id}`, groups: withAuthenticated([...new Set([bootstrappers, ...groups])]) };
}

/** A time that cannot be read is over. */
const isOver = (expiration: string, now: number): boolean => expiration !== '' && !(Date.parse(expiration) > now);

function sameText(held: string, shown: string): boolean {
  const [a, b] = [Buffer.from(held), Buffer.from(shown)];
  return a.length === b.length && timingSafeEqual(a, b);
}

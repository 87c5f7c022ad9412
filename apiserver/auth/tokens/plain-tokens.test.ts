import assert from 'node:assert/strict';
import type { AnyObject } from '../../../api/types.js';
import type { User } from '../../contracts.js';
import { StillClock } from '../testing/clock.js';
import { FakeLookup } from '../testing/fake-lookup.js';
import { bootstrapTokens } from './bootstrap.js';
import { forApiAudiences, TokenChain } from './chain.js';
import { staticTokens } from './static-file.js';

const now = Date.parse('2026-03-01T12:00:00Z');

describe('the token file', () => {
  const users = (text: string) => staticTokens(text, '/etc/tokens.csv');

  it('makes users of its lines', async () => {
    const file = users('t1,jane,u1,"a, b",\r\n\n t2 , joe , \nt3,"o""neil, jr",7,c\n');
    const table: [string, User | undefined][] = [
      ['t1', { name: 'jane', uid: 'u1', groups: ['a', ' b', 'system:authenticated'] }],
      ['t2', { name: 'joe', groups: ['system:authenticated'] }],
      ['t3', { name: 'o"neil, jr', uid: '7', groups: ['c', 'system:authenticated'] }],
      ['t', undefined],
      ['', undefined],
      ['constructor', undefined],
    ];
    for (const [token, user] of table) assert.deepEqual(await file.userOf(token), user, token);
  });

  const wrong: [string, RegExp][] = [
    ['secret,jane', /^line 1 of the token file \/etc\/tokens\.csv is not understood: it must be token,user,uid/],
    ['a,b,c\n,jane,u', /^line 2 .* has no token$/],
    ['a,,u', /^line 1 .* has no user$/],
    ['a,b,c\n\na,d,e', /^line 3 .* has the token of another line$/],
    ['a,"b,c', /^line 1 .* is not understood/],
  ];
  for (const [text, why] of wrong) {
    it(`says what is wrong with ${JSON.stringify(text)}, and never the token`, () => {
      assert.throws(
        () => users(text),
        (error: unknown) => error instanceof Error && why.test(error.message) && !error.message.includes('secret'),
      );
    });
  }
});

describe('bootstrap tokens', () => {
  const token = 'abcdef.0123456789abcdef';
  const encode = (fields: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
  const good = {
    'token-id': 'abcdef',
    'token-secret': '0123456789abcdef',
    'usage-bootstrap-authentication': 'true',
    expiration: '2026-03-01T12:00:01Z',
    'auth-extra-groups': 'system:bootstrappers:workers, system:bootstrappers:site-1:ingress',
  };
  const secret = (fields: Record<string, string>, more: object = {}, metadata: object = {}): AnyObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system', ...metadata },
    type: 'bootstrap.kubernetes.io/token',
    data: encode(fields),
    ...more,
  });
  const userFor = (object: AnyObject, shown = token) =>
    bootstrapTokens(new FakeLookup([object]), new StillClock(now)).userOf(shown);

  it('make the machine that shows one a member of its groups', async () => {
    assert.deepEqual(await userFor(secret(good)), {
      name: 'system:bootstrap:abcdef',
      groups: [
        ...['system:bootstrappers', 'system:bootstrappers:workers', 'system:bootstrappers:site-1:ingress'],
        'system:authenticated',
      ],
    });
    const { expiration: _, 'auth-extra-groups': __, ...least } = good;
    assert.deepEqual((await userFor(secret(least)))?.groups, ['system:bootstrappers', 'system:authenticated']);
  });

  const refused: [string, AnyObject, string?][] = [
    ['with another secret', secret(good), 'abcdef.0123456789abcdee'],
    ['with a longer secret', secret(good), 'abcdef.0123456789abcdef0'],
    ['with the id of nobody', secret(good), 'zzzzzz.0123456789abcdef'],
    ['with a path for an id', secret(good), '../def.0123456789abcdef'],
    ['that is over', secret({ ...good, expiration: '2026-03-01T12:00:00Z' })],
    ['whose end cannot be read', secret({ ...good, expiration: 'soon' })],
    ['not meant for authentication', secret({ ...good, 'usage-bootstrap-authentication': 'false' })],
    ['in a secret of another type', secret(good, { type: 'Opaque' })],
    ['in a secret with another id', secret({ ...good, 'token-id': 'abcdee' })],
    ['in a secret that is being deleted', secret(good, {}, { deletionTimestamp: '2026-03-01T11:00:00Z' })],
    ['in another namespace', secret(good, {}, { namespace: 'default' })],
    ['that would make an administrator', secret({ ...good, 'auth-extra-groups': 'system:masters' })],
    ['with a group in capitals', secret({ ...good, 'auth-extra-groups': 'system:bootstrappers:A' })],
  ];
  for (const [what, object, shown] of refused) {
    it(`are refused ${what}`, async () => assert.equal(await userFor(object, shown), undefined));
  }
});

describe('a chain of tokens', () => {
  const one = (token: string) => ({
    userOf: (shown: string): User | undefined => (shown === token ? { name: token, groups: [] } : undefined),
  });
  const chain = new TokenChain([forApiAudiences(one('a'), ['api']), forApiAudiences(one('b'), ['api'])], ['api']);

  it('asks each in turn', async () => {
    assert.equal((await chain.verify('a'))?.user.name, 'a');
    assert.equal((await chain.verify('b'))?.user.name, 'b');
    assert.equal(await chain.verify('c'), undefined);
  });

  it('knows tokens without an audience as meant for the API server, and for nobody else', async () => {
    assert.deepEqual((await chain.verify('a', ['vault', 'api']))?.audiences, ['api']);
    assert.equal(await chain.verify('a', ['vault']), undefined);
  });
});

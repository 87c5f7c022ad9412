import assert from 'node:assert/strict';
import { defaultAuthentication } from '../auth/options.js';
import { FlagError, settingsOf } from './index.js';

describe("the API server's flags", () => {
  it("are Kubernetes' defaults where nothing is said", () => {
    assert.deepEqual(settingsOf([]), { authentication: defaultAuthentication });
  });

  it('may have their value behind them or after a sign; the last counts, and lists add up', () => {
    const { authentication, clientCaFile } = settingsOf([
      ...['--anonymous-auth=false', '--client-ca-file', '/a.crt', '--client-ca-file=/b.crt'],
      ...['--service-account-key-file=/1.pub,/2.pub', '--service-account-key-file', '/3.pub'],
      ...['--service-account-issuer=https://new', '--service-account-issuer=https://old'],
      ...['--service-account-max-token-expiration=1h30m', '--enable-bootstrap-token-auth=false', '--api-audiences=x,y'],
    ]);
    assert.equal(clientCaFile, '/b.crt');
    assert.equal(authentication.anonymous, false);
    assert.equal(authentication.bootstrapTokens, false);
    assert.deepEqual(authentication.apiAudiences, ['x', 'y']);
    assert.deepEqual(authentication.serviceAccounts, {
      issuers: ['https://new', 'https://old'],
      verificationKeys: ['/1.pub', '/2.pub', '/3.pub'],
      maxExpirationSeconds: 5400,
    });
  });

  it('say how long pods stay on a node that is lost', () => {
    const { tolerations } = settingsOf(['--default-unreachable-toleration-seconds=5']);
    assert.deepEqual(tolerations, { notReady: 300, unreachable: 5 });
  });

  it('say how etcd is spoken to', () => {
    assert.deepEqual(settingsOf(['--etcd-cafile=/ca.crt']).etcd, { ca: '/ca.crt' });
    const pair = ['--etcd-certfile=/client.crt', '--etcd-keyfile=/client.key'];
    const client = { cert: '/client.crt', key: '/client.key' };
    assert.deepEqual(settingsOf(['--etcd-cafile=/ca.crt', ...pair]).etcd, { ca: '/ca.crt', client });
  });

  it('describe an OpenID Connect provider', () => {
    const { oidc } = settingsOf([
      ...['--oidc-issuer-url=https://id.example', '--oidc-client-id=kube', '--oidc-groups-claim=groups'],
      ...['--oidc-required-claim=hd=example.org', '--oidc-required-claim=a=b=c', '--oidc-username-prefix=-'],
    ]).authentication;
    assert.deepEqual(oidc, {
      ...{ issuer: 'https://id.example', clientId: 'kube', usernameClaim: 'sub', usernamePrefix: '-' },
      ...{ groupsClaim: 'groups', groupsPrefix: '', requiredClaims: { hd: 'example.org', a: 'b=c' } },
      algorithms: ['RS256'],
    });
  });

  const refused: [string[], RegExp][] = [
    [['--no-such=1'], /the API server has no flag --no-such: it has --client-ca-file, /],
    [['word'], /"word" is no flag/],
    [['--etcd-cafile=/a', '--etcd-keyfile=/b'], /--etcd-certfile and --etcd-keyfile must be specified together/],
    [['--etcd-certfile=/a', '--etcd-keyfile=/b'], /--etcd-certfile needs --etcd-cafile/],
    [['--anonymous-auth=maybe'], /--anonymous-auth is true or false, and not "maybe"/],
    [['--oidc-issuer-url=https://x'], /--oidc-issuer-url and --oidc-client-id must be specified together/],
    [['--oidc-issuer-url=http://x', '--oidc-client-id=k'], /must be an https URL, and not "http:\/\/x"/],
    [
      ['--oidc-issuer-url=https://x', '--oidc-client-id=k', '--oidc-signing-algs=none'],
      /--oidc-signing-algs: none is none of RS256/,
    ],
    [['--oidc-issuer-url=https://x', '--oidc-client-id=k', '--oidc-required-claim=x'], /is key=value, and not "x"/],
    [['--service-account-max-token-expiration=5m'], /must be between 1 hour and/],
    [['--service-account-max-token-expiration=long'], /is a duration as in 1h30m/],
    [['--service-account-jwks-uri=http://x'], /must be an https URL/],
  ];
  for (const [args, why] of refused) {
    it(`refuse ${args.join(' ')}`, () => {
      assert.throws(
        () => settingsOf(args),
        (error: unknown) => error instanceof FlagError && why.test(error.message),
      );
    });
  }
});

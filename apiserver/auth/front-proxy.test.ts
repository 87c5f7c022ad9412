import assert from 'node:assert/strict';
import type { Credentials, User } from '../contracts.js';
import { authenticatorOf } from './authenticate.js';
import { proxiedUser } from './front-proxy.js';
import { defaultAuthentication } from './options.js';
import { TokenChain } from './tokens/chain.js';

const { frontProxy } = defaultAuthentication;
const proxyCertificate = { subjectCN: 'front-proxy-client', subjectO: [] };
const headers = (...pairs: [string, string][]): string[] => pairs.flat();

describe('a proxy that authenticates', () => {
  it('says who the user is, header by header', () => {
    const rawHeaders = headers(
      ['x-remote-user', 'jane'],
      ['X-Remote-Group', 'dev'],
      ['X-REMOTE-GROUP', 'a, system:masters'],
      ['X-Remote-Uid', 'u1'],
      ['X-Remote-Extra-Acme.com%2FScope', 'one'],
      ['x-remote-extra-acme.com%2fscope', 'two, three'],
      ['X-Remote-Extra-%zz', 'raw'],
      ['X-Remote-Extra-__proto__', 'odd'],
    );
    const user = proxiedUser({ proxyCertificate, rawHeaders }, frontProxy) as User;
    assert.equal(user.name, 'jane');
    assert.equal(user.uid, 'u1');
    // A comma within a header is no end of a group: nobody becomes an administrator by it.
    assert.deepEqual(user.groups, ['dev', 'a, system:masters', 'system:authenticated']);
    assert.deepEqual(Object.entries(user.extra ?? {}), [
      ['acme.com/scope', ['one', 'two, three']],
      ['%zz', ['raw']],
      ['__proto__', ['odd']],
    ]);
  });

  it('is heard only with a certificate of its own authority, and by an allowed name', () => {
    const rawHeaders = headers(['X-Remote-User', 'jane']);
    const certificate = { subjectCN: 'front-proxy-client', subjectO: [] };
    const table: [Credentials, boolean][] = [
      [{ proxyCertificate, rawHeaders }, true],
      [{ certificate, rawHeaders }, false],
      [{ rawHeaders }, false],
      [{ proxyCertificate: { subjectCN: 'other', subjectO: [] }, rawHeaders }, false],
      [{ proxyCertificate, rawHeaders: headers(['X-Remote-User', '']) }, false],
    ];
    for (const [credentials, heard] of table) {
      assert.equal(proxiedUser(credentials, frontProxy) !== undefined, heard, JSON.stringify(credentials));
    }
    const anyName = { ...frontProxy, allowedNames: [] };
    assert.ok(proxiedUser({ proxyCertificate: { subjectCN: 'other', subjectO: [] }, rawHeaders }, anyName));
  });
});

describe('who a request comes from', () => {
  const authenticator = (anonymous = true) =>
    authenticatorOf({ tokens: new TokenChain([], ['api']), frontProxy, anonymous });
  const certificate = { subjectCN: 'jane', subjectO: ['dev', 'system:authenticated'], sha256: 'ab12' };

  it('is the subject of a client certificate, whose digest names the credential', () => {
    assert.deepEqual(authenticator().authenticate({ certificate }), {
      name: 'jane',
      groups: ['dev', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=ab12'] },
    });
  });

  it('is nobody without credentials, unless that is switched off', () => {
    const nobody = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
    assert.deepEqual(authenticator().authenticate({}), nobody);
    assert.throws(() => authenticator(false).authenticate({}), { reason: 'Unauthorized' });
  });

  it('is never the proxy itself', () => {
    for (const rawHeaders of [[], headers(['X-Remote-Group', 'system:masters'])]) {
      assert.throws(() => authenticator().authenticate({ proxyCertificate, rawHeaders }), { reason: 'Unauthorized' });
    }
    const admin = { subjectCN: 'admin', subjectO: ['system:masters'] };
    const rawHeaders = headers(['X-Remote-User', 'jane']);
    assert.throws(() => authenticator().authenticate({ proxyCertificate: admin, rawHeaders }), {
      reason: 'Unauthorized',
    });
  });
});

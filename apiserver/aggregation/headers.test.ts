import assert from 'node:assert/strict';
import { answeredHeaders, forwardedHeaders, identityHeaders, isRedirect } from './headers.js';

describe('a request that goes on to an aggregated server', () => {
  it('says who asks, and nothing that the client said of that', () => {
    const headers = {
      ':path': '/apis',
      authorization: 'Bearer secret',
      'x-remote-user': 'root',
      'x-remote-group': 'system:masters',
      'x-remote-extra-scopes': 'all',
      'impersonate-user': 'root',
      connection: 'keep-alive',
      host: 'cluster',
      accept: 'application/json',
      'x-forwarded-for': '10.0.0.1',
    };
    assert.deepEqual(forwardedHeaders(headers, { name: 'ann', groups: ['a', 'b'] }, '10.0.0.2'), {
      accept: 'application/json',
      'x-forwarded-for': '10.0.0.1, 10.0.0.2',
      'x-remote-user': 'ann',
      'x-remote-group': ['a', 'b'],
    });
  });

  it('carries what is known besides, with the names escaped', () => {
    const user = { name: 'ann', uid: '7', groups: [], extra: { 'example.com/Who': ['x', 'y'] } };
    assert.deepEqual(identityHeaders(user), {
      'x-remote-user': 'ann',
      'x-remote-uid': '7',
      'x-remote-extra-example.com%2FWho': ['x', 'y'],
    });
  });

  it('keeps its wish for another protocol only where that is granted', () => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    const user = { name: 'ann', groups: [] };
    assert.equal(forwardedHeaders(headers, user, 'x').upgrade, undefined);
    assert.equal(forwardedHeaders(headers, user, 'x', true).upgrade, 'websocket');
  });
});

describe('an answer of an aggregated server', () => {
  it('loses what concerned its connection', () => {
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked', connection: 'close' };
    assert.deepEqual(answeredHeaders(headers), { 'content-type': 'application/json' });
  });

  it('that leads elsewhere is known', () => {
    assert.ok(isRedirect(302, { location: '/x' }));
    assert.ok(!isRedirect(304, {}));
    assert.ok(!isRedirect(201, { location: '/x' }));
  });
});

import assert from 'node:assert/strict';
import { notFound } from '../../api/status.js';
import { ConnectionError } from '../client.js';
import { connectionError, errorFromAnswer } from './failure.js';

describe('errors from answers', () => {
  it('a Status is itself', () => {
    const { status } = notFound({ group: '', resource: 'pods', name: 'web' });
    const error = errorFromAnswer(404, Buffer.from(JSON.stringify(status)));
    assert.equal(error.reason, 'NotFound');
    assert.equal(error.message, 'pods "web" not found');
  });

  const others: [number, string, string, RegExp][] = [
    [404, '404 page not found', 'NotFound', /could not find the requested resource: 404 page not found/],
    [401, '', 'Unauthorized', /answered 401$/],
    [502, '<html>bad gateway</html>', 'Unknown', /answered 502: <html>/],
    [500, '{"kind":"Other"}', 'InternalError', /answered 500/],
    [500, '{broken', 'InternalError', /answered 500: \{broken/],
    [503, 'x'.repeat(9999), 'ServiceUnavailable', /x\.\.\.$/],
  ];
  for (const [code, body, reason, message] of others) {
    it(`${code} ${body.slice(0, 20)}`, () => {
      const error = errorFromAnswer(code, Buffer.from(body));
      assert.equal(error.code, code);
      assert.equal(error.reason, reason);
      assert.match(error.message, message);
      assert.ok(error.message.length < 700);
    });
  }
});

describe('connection errors', () => {
  const cases: [string, RegExp][] = [
    ['ECONNREFUSED', /^cannot reach https:\/\/h:1: connection refused; is the API server running there\?$/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /use the kubeconfig of this very cluster/],
    ['EPROTO', /does not speak TLS/],
    ['ENOTFOUND', /not known to DNS/],
  ];
  for (const [code, message] of cases) {
    it(code, () => {
      const cause = Object.assign(new Error('raw'), { code });
      const error = connectionError('https://h:1', cause);
      assert.match(error.message, message);
      assert.equal(error.cause, cause);
    });
  }
  it('is not wrapped twice', () => {
    const error = new ConnectionError('x');
    assert.equal(connectionError('s', error), error);
  });
});

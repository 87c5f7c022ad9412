/** What is no HTTP, or too much of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { startTestCluster, type TestCluster } from '../../apiserver/testing/cluster.js';
import { configMaps } from './bad-input/cases.js';
import { RawClient } from './raw-client.js';

describe('a head that cannot be read', function () {
  this.timeout(30_000);
  let cluster: TestCluster;
  let raw: RawClient;
  before(async () => {
    cluster = await startTestCluster();
    raw = new RawClient(cluster);
  });
  after(async () => {
    raw.close();
    await cluster.remove();
  });

  /** All that the server says to these bytes, until it hangs up. */
  async function saidTo(bytes: string): Promise<string> {
    const socket = await raw.socket();
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', chunk => {
      text += chunk;
    });
    socket.write(bytes);
    await once(socket, 'close');
    return text;
  }

  const get = (...headers: string[]): string =>
    [`GET ${configMaps} HTTP/1.1`, 'host: x', ...headers, '', ''].join('\r\n');
  const bad: [what: string, bytes: string, code: number, reason: string, says: RegExp][] = [
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'BadRequest', /^the request is not HTTP: /],
    ['a header without a colon', get('oops'), 400, 'BadRequest', /^the request is not HTTP: /],
    ['two lengths', get('content-length: 1', 'content-length: 2'), 400, 'BadRequest', /Content-Length/],
    [
      'a length and chunks (a smuggled request)',
      get('content-length: 1', 'transfer-encoding: chunked'),
      400,
      'BadRequest',
      /Transfer-Encoding|Content-Length/,
    ],
    ['a length below zero', get('content-length: -1'), 400, 'BadRequest', /^the request is not HTTP: /],
    ['a megabyte of headers', get(`a: ${'x'.repeat(1024 * 1024)}`), 431, 'Unknown', /^Request header fields too large/],
    ['TLS within TLS', '\x16\x03\x01\x02\x00', 400, 'BadRequest', /^the request is not HTTP: /],
  ];
  for (const [what, bytes, code, reason, says] of bad) {
    it(`${what} is answered with a Status of ${code}, and the connection closed`, async () => {
      const text = await saidTo(bytes);
      const [head = '', body = ''] = text.split('\r\n\r\n');
      assert.match(head, new RegExp(`^HTTP/1\\.1 ${code} `));
      assert.match(head, /^content-type: application\/json$/im);
      assert.match(head, /^connection: close$/im);
      const status = JSON.parse(body);
      assert.deepEqual([status.kind, status.status, status.code, status.reason], ['Status', 'Failure', code, reason]);
      assert.match(status.message, says);
    });
  }

  it('does not come in the middle of another answer', async () => {
    const socket = await raw.socket();
    let text = '';
    socket.on('data', chunk => {
      text += chunk;
    });
    socket.write(get().replace(' HTTP', '?watch=1 HTTP'));
    await once(socket, 'data');
    socket.write('nonsense\r\n\r\n');
    await once(socket, 'close');
    assert.equal(text.match(/HTTP\/1\.1/g)?.length, 1);
  });

  it('is none below the bound: large headers, and as many groups as a user may have', async () => {
    const large = await raw.ask(`GET ${configMaps}`, undefined, { 'x-large': 'x'.repeat(500_000) });
    assert.equal(large.code, 200);
    const { ca, kubeletClient } = cluster.pki;
    const [authority, cert, key] = [ca.cert, kubeletClient.cert, kubeletClient.key].map(path => readFileSync(path));
    const session = connect(cluster.url, { ca: authority as Buffer, cert: cert as Buffer, key: key as Buffer });
    const groups = [...Array.from({ length: 500 }, (_, i) => `group-${i}`), 'system:masters'];
    const stream = session.request({ ':path': configMaps, 'impersonate-user': 'jane', 'impersonate-group': groups });
    const [headers] = await once(stream, 'response');
    assert.equal(headers[':status'], 200);
    stream.resume();
    await once(stream, 'close');
    session.close();
  });
});

import assert from 'node:assert/strict';
import { forwarded, returned, rewrittenLocation } from './headers.js';

const origin = { host: 'api:6443', address: '192.0.2.9', uri: '/api/v1/x' };
const said = (raw: string[]): [string, string][] =>
  raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? '']] : []));
const added = [
  ['X-Forwarded-For', '192.0.2.9'],
  ['X-Forwarded-Host', 'api:6443'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Forwarded-Uri', '/api/v1/x'],
];

describe('headers through a proxy', () => {
  it('carry no credentials, and nothing that is about one connection', () => {
    const raw = [
      ...[':method', 'GET', 'Host', 'other', 'Authorization', 'Bearer secret', 'Impersonate-User', 'root'],
      ...[
        'X-Remote-User',
        'root',
        'Connection',
        'close, X-Private',
        'X-Private',
        '1',
        'TE',
        'trailers',
        'Accept',
        '*/*',
      ],
      ...[
        'Transfer-Encoding',
        'chunked',
        'Content-Length',
        '5',
        'Sec-WebSocket-Protocol',
        'base64url.bearer.authorization.k8s.io.c2VjcmV0, chat',
      ],
      ...[
        'cookie',
        'a=1',
        'cookie',
        'b=2',
        'X-Forwarded-Host',
        'liar',
        'X-Forwarded-For',
        '10.1.1.1',
        'Expect',
        '100-continue',
      ],
    ];
    assert.deepEqual(said(forwarded(raw, origin, 'none')), [
      ['Host', 'api:6443'],
      ['Accept', '*/*'],
      ['Sec-WebSocket-Protocol', 'chat'],
      ['X-Forwarded-For', '10.1.1.1, 192.0.2.9'],
      ...added.slice(1),
      ['Cookie', 'a=1; b=2'],
    ]);
  });

  it('always say where a body ends', () => {
    const raw = ['Content-Length', '5'];
    const head = [['Host', 'api:6443']];
    assert.deepEqual(said(forwarded(raw, origin, 'length')), [...head, ['Content-Length', '5'], ...added]);
    assert.deepEqual(said(forwarded([], origin, 'chunked')), [...head, ...added, ['Transfer-Encoding', 'chunked']]);
  });

  it('come back with all their values', () => {
    const raw = [
      'Set-Cookie',
      'a',
      'set-cookie',
      'b',
      'Connection',
      'x-hop',
      'X-Hop',
      '1',
      'Keep-Alive',
      '5',
      'ETag',
      '"1"',
    ];
    assert.deepEqual(
      [...returned(raw)],
      [
        ['set-cookie', ['a', 'b']],
        ['etag', ['"1"']],
      ],
    );
  });
});

describe('a Location', () => {
  const rewriting = {
    backend: 'http://10.0.0.1:8080',
    host: 'api:6443',
    prefix: '/api/v1/namespaces/x/pods/web/proxy',
  };
  const table: [string, string, string][] = [
    ['at the backend', '/login?to=%2F#top', 'https://api:6443/api/v1/namespaces/x/pods/web/proxy/login?to=%2F#top'],
    ['beside what was asked', 'next', 'https://api:6443/api/v1/namespaces/x/pods/web/proxy/a/next'],
    ['in full', 'http://10.0.0.1:8080/z/', 'https://api:6443/api/v1/namespaces/x/pods/web/proxy/z/'],
    ['by the name that the client uses', 'http://api:6443/z', 'https://api:6443/api/v1/namespaces/x/pods/web/proxy/z'],
    ['already below the proxy', '/api/v1/namespaces/x/pods/web/proxy/z', '/api/v1/namespaces/x/pods/web/proxy/z'],
    ['elsewhere', 'https://example.org/z', 'https://example.org/z'],
    ['at another port', 'http://10.0.0.1:22/', 'http://10.0.0.1:22/'],
    ['that is none', 'http://[', 'http://['],
    ['with another scheme', 'javascript:alert(1)', 'javascript:alert(1)'],
  ];
  for (const [what, location, expected] of table) {
    it(`${what} is ${expected === location ? 'left' : 'rewritten'}`, () =>
      assert.equal(rewrittenLocation(location, '/a/b?c=d', rewriting), expected));
  }
});

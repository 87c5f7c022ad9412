import assert from 'node:assert/strict';
import { tunnelHeaders, type Way, wayOf } from './protocols.js';

/** A request as Node gives it: `headers` has the values joined, `headersDistinct` each on its own. */
function request(lines: [string, string][]) {
  const headersDistinct: Record<string, string[]> = {};
  for (const [name, value] of lines) headersDistinct[name] = [...(headersDistinct[name] ?? []), value];
  const headers = Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values]) => [name, values.join(', ')]),
  );
  return { headers, headersDistinct };
}

describe('apiserver/streaming: how a stream goes on to the kubelet', () => {
  const webSocket = (protocols: string) =>
    request([
      ['upgrade', 'WebSocket'],
      ['sec-websocket-protocol', protocols],
    ]);
  const spdy = request([
    ['upgrade', 'SPDY/3.1'],
    ['x-stream-protocol-version', 'v4.channel.k8s.io'],
  ]);
  const cases: [string, ReturnType<typeof request>, string, Way][] = [
    ['SPDY', spdy, 'exec', 'tunnel'],
    ['WebSocket v5', webSocket('v5.channel.k8s.io'), 'exec', 'translateExec'],
    ['WebSocket v5 among others', webSocket('v4.channel.k8s.io, v5.channel.k8s.io'), 'attach', 'translateExec'],
    ['WebSocket v4', webSocket('v4.channel.k8s.io'), 'exec', 'tunnel'],
    ['SPDY in WebSocket', webSocket('SPDY/3.1+portforward.k8s.io'), 'portforward', 'unwrapPortForward'],
    ['WebSocket v4 port forwarding', webSocket('v4.channel.k8s.io'), 'portforward', 'tunnel'],
    ['SPDY port forwarding', spdy, 'portforward', 'tunnel'],
  ];
  for (const [what, from, subresource, way] of cases) {
    it(`${what} for ${subresource}: ${way}`, () => assert.equal(wayOf(from, subresource), way));
  }

  it('the kubelet sees what the protocol needs, and no credential', () => {
    const headers = tunnelHeaders(
      request([
        ['host', 'api'],
        ['authorization', 'Bearer secret'],
        ['cookie', 'secret'],
        ['impersonate-user', 'admin'],
        ['connection', 'Upgrade'],
        ['upgrade', 'websocket'],
        ['x-stream-protocol-version', 'v4.channel.k8s.io'],
        ['x-stream-protocol-version', 'v3.channel.k8s.io'],
        ['sec-websocket-key', 'key'],
        ['sec-websocket-protocol', 'base64url.bearer.authorization.k8s.io.c2VjcmV0, v4.channel.k8s.io'],
      ]),
    );
    assert.deepEqual(headers, {
      connection: ['Upgrade'],
      upgrade: ['websocket'],
      'x-stream-protocol-version': ['v4.channel.k8s.io', 'v3.channel.k8s.io'],
      'sec-websocket-key': ['key'],
      'sec-websocket-protocol': 'v4.channel.k8s.io',
    });
  });
});

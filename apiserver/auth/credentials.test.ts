import assert from 'node:assert/strict';
import { bearerToken, presentedCredentials } from './credentials.js';

const protocol = (token: string): string =>
  `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;

describe('presentedCredentials', () => {
  const table: [string, Record<string, string | string[]>, object][] = [
    ['nothing', {}, { protocols: [] }],
    ['a header', { authorization: 'Bearer t' }, { authorization: 'Bearer t', protocols: [] }],
    [
      'a token among protocols, which is not among those to choose from',
      { 'sec-websocket-protocol': `v5.channel.k8s.io, ${protocol('a.b-c_d')}` },
      { authorization: 'Bearer a.b-c_d', protocols: ['v5.channel.k8s.io'] },
    ],
    [
      'protocols in several headers',
      { 'sec-websocket-protocol': [protocol('t'), 'x'] },
      { authorization: 'Bearer t', protocols: ['x'] },
    ],
    [
      'both: the header counts, and the token is still not echoed',
      { authorization: 'Bearer h', 'sec-websocket-protocol': `x,${protocol('t')}` },
      { authorization: 'Bearer h', protocols: ['x'] },
    ],
    ['protocols alone', { 'sec-websocket-protocol': 'a,b' }, { protocols: ['a', 'b'] }],
  ];
  for (const [what, headers, expected] of table) {
    it(`reads ${what}`, () => assert.deepEqual(presentedCredentials(headers), expected));
  }

  const refused: [string, string, RegExp][] = [
    ['no other protocol', protocol('t'), /missing additional subprotocol/],
    ['two tokens', `x,${protocol('t')},${protocol('u')}`, /multiple/],
    ['no base64url', 'x,base64url.bearer.authorization.k8s.io.a+b', /encoding/],
    ['nothing at all', 'x,base64url.bearer.authorization.k8s.io.', /encoding/],
    ['a line break', `x,${protocol('t\r\nevil: 1')}`, /invalid/],
  ];
  for (const [what, header, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(() => presentedCredentials({ 'sec-websocket-protocol': header }), {
        reason: 'BadRequest',
        message,
      });
    });
  }
});

describe('bearerToken', () => {
  const table: [string | undefined, string | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    ['Bearer t', 't'],
    ['bearer  t ', 't'],
    ['Basic dTpw', undefined],
  ];
  for (const [header, token] of table) {
    it(`of ${JSON.stringify(header)} is ${token}`, () => assert.equal(bearerToken(header), token));
  }
});

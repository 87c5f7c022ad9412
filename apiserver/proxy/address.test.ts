import assert from 'node:assert/strict';
import { isProxyable, schemeNamePort } from './address.js';

describe('what is proxied to', () => {
  const names: [string, object | undefined][] = [
    ['web', { scheme: '', name: 'web', port: '' }],
    ['web:80', { scheme: '', name: 'web', port: '80' }],
    ['web:http', { scheme: '', name: 'web', port: 'http' }],
    ['https:web:443', { scheme: 'https', name: 'web', port: '443' }],
    ['https:web:', { scheme: 'https', name: 'web', port: '' }],
    ['http:web:admin', { scheme: 'http', name: 'web', port: 'admin' }],
    ['ftp:web:21', undefined],
    ['a:b:c:d', undefined],
    [':80', undefined],
    ['https::443', undefined],
  ];
  for (const [id, parsed] of names) it(`is named ${id}`, () => assert.deepEqual(schemeNamePort(id), parsed));

  const addresses: [string, boolean][] = [
    ...['10.244.0.7', '192.0.2.1', '172.16.0.1', '239.1.1.1', '8.8.8.8'].map((a): [string, boolean] => [a, true]),
    ...['2001:db8::1', 'fd00::1', '::ffff:10.0.0.1', 'ff05::1'].map((a): [string, boolean] => [a, true]),
    ...['127.0.0.1', '127.255.0.1', '169.254.169.254', '224.0.0.1', '0.0.0.0'].map((a): [string, boolean] => [
      a,
      false,
    ]),
    ...['::1', '::', 'fe80::1', 'fe80::1%eth0', 'ff02::1', 'ff01::1', 'ff12::1'].map((a): [string, boolean] => [
      a,
      false,
    ]),
    ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '::ffff:a9fe:a9fe'].map((a): [string, boolean] => [
      a,
      false,
    ]),
    ...['', 'localhost', '10.0.0', '0x7f.1', '2130706433', 'example.org'].map((a): [string, boolean] => [a, false]),
  ];
  for (const [address, proxyable] of addresses) {
    it(`${proxyable ? 'may' : 'may not'} be at ${JSON.stringify(address)}`, () =>
      assert.equal(isProxyable(address), proxyable));
  }
});

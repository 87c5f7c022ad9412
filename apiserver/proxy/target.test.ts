import assert from 'node:assert/strict';
import type { AnyObject } from '../../api/types.js';
import { FakeLookup } from '../auth/testing/fake-lookup.js';
import { ask } from '../auth/testing/requests.js';
import { isProxyable } from './address.js';
import { type Backend, backendOf } from './target.js';

const made = (apiVersion: string, kind: string, name: string, fields: object, labels = {}): AnyObject => ({
  ...{ apiVersion, kind, ...fields },
  metadata: { name, ...(kind === 'Node' ? {} : { namespace: 'shop' }), labels },
});
const pod = (name: string, podIP: string | undefined, ports: number[] = []): AnyObject =>
  made('v1', 'Pod', name, {
    spec: { containers: [{ name: 'a' }, { name: 'b', ports: ports.map(containerPort => ({ containerPort })) }] },
    status: podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] },
  });
const node = (name: string, address: string): AnyObject =>
  made('v1', 'Node', name, {
    status: { addresses: [{ type: 'InternalIP', address }], daemonEndpoints: { kubeletEndpoint: { Port: 10250 } } },
  });
const service = (name: string, ports: object[]): AnyObject => made('v1', 'Service', name, { spec: { ports } });
const endpoint = (address: string, name: string, more: object = {}): object => ({
  addresses: [address],
  conditions: { ready: true },
  targetRef: { kind: 'Pod', namespace: 'shop', name },
  ...more,
});
const slice = (serviceName: string, ports: object[], endpoints: object[]): AnyObject =>
  made(
    'discovery.k8s.io/v1',
    'EndpointSlice',
    `${serviceName}-1`,
    { addressType: 'IPv4', ports, endpoints },
    {
      'kubernetes.io/service-name': serviceName,
    },
  );

const lookup = new FakeLookup([
  pod('web', '10.0.0.1', [8080, 9090]),
  pod('plain', '10.0.0.2'),
  pod('pending', undefined),
  pod('loop', '127.0.0.1', [80]),
  node('n1', '192.0.2.1'),
  node('here', '127.0.0.1'),
  service('front', [
    { name: 'http', port: 80 },
    { name: 'admin', port: 9000 },
  ]),
  slice(
    'front',
    [
      { name: 'http', port: 8080 },
      { name: 'admin', port: 9090 },
    ],
    [endpoint('10.0.0.1', 'web'), endpoint('10.0.0.2', 'plain')],
  ),
  service('unnamed', [{ port: 80 }]),
  slice('unnamed', [{ port: 8080 }], [endpoint('10.0.0.1', 'web')]),
  service('empty', [{ port: 80 }]),
  service('tricky', [{ port: 80 }]),
  slice(
    'tricky',
    [{ port: 80 }],
    [
      endpoint('10.0.0.1', 'web', { conditions: { ready: false } }),
      endpoint('10.9.9.9', 'web'),
      endpoint('169.254.169.254', 'none', { targetRef: undefined }),
      endpoint('10.0.0.1', 'web', { targetRef: { kind: 'Pod', namespace: 'other', name: 'web' } }),
      endpoint('192.0.2.1', 'n1', { targetRef: { kind: 'Node', name: 'n1' } }),
      endpoint('127.0.0.1', 'loop'),
    ],
  ),
]);

describe('where a proxied request goes', () => {
  const backend = (resource: string, name: string, random = 0): Backend =>
    backendOf(ask(`get ${resource}/proxy`, resource === 'nodes' ? '' : 'shop', name), {
      lookup,
      proxyable: isProxyable,
      random: () => random,
    });

  const table: [string, string, Backend, number?][] = [
    ['pods', 'web', { scheme: 'http', host: '10.0.0.1', port: 8080 }],
    ['pods', 'web:9090', { scheme: 'http', host: '10.0.0.1', port: 9090 }],
    ['pods', 'https:web:', { scheme: 'https', host: '10.0.0.1', port: 8080 }],
    ['pods', 'plain', { scheme: 'http', host: '10.0.0.2', port: 80 }],
    ['pods', 'https:plain:', { scheme: 'https', host: '10.0.0.2', port: 443 }],
    ['services', 'front:http', { scheme: 'http', host: '10.0.0.1', port: 8080 }],
    ['services', 'front:80', { scheme: 'http', host: '10.0.0.2', port: 8080 }, 0.9],
    ['services', 'https:front:admin', { scheme: 'https', host: '10.0.0.1', port: 9090 }],
    ['services', 'unnamed', { scheme: 'http', host: '10.0.0.1', port: 8080 }],
    ['services', 'unnamed:80', { scheme: 'http', host: '10.0.0.1', port: 8080 }],
    ['nodes', 'n1', { scheme: 'https', host: '192.0.2.1', port: 10250, kubelet: 'n1' }],
    ['nodes', 'https:n1:10250', { scheme: 'https', host: '192.0.2.1', port: 10250, kubelet: 'n1' }],
    ['nodes', 'n1:9100', { scheme: 'http', host: '192.0.2.1', port: 9100 }],
  ];
  for (const [resource, name, expected, random] of table) {
    it(`for ${resource}/${name}`, () => assert.deepEqual(backend(resource, name, random), expected));
  }

  const refused: [string, string, number, RegExp][] = [
    ['pods', 'gone', 404, /^pods "gone" not found$/],
    ['pods', 'pending', 400, /^address not allowed$/],
    ['pods', 'loop', 400, /^address not allowed$/],
    ['pods', 'web:http', 400, /^"http" is no port/],
    ['pods', 'web:0', 400, /^"0" is no port/],
    ['pods', 'web:65536', 400, /is no port/],
    ['pods', 'ftp:web:21', 400, /^invalid pod request "ftp:web:21"$/],
    ['services', 'a:b:c:d', 400, /^invalid service request "a:b:c:d"$/],
    ['services', 'gone', 404, /^services "gone" not found$/],
    ['services', 'front', 503, /^no endpoints available for service "front"$/],
    ['services', 'front:81', 503, /^no service port 81 found for service "front"$/],
    ['services', 'empty', 503, /^no endpoints available for service "empty"$/],
    ['services', 'tricky', 503, /^no endpoints available for service "tricky"$/],
    ['nodes', 'gone', 404, /^nodes "gone" not found$/],
    ['nodes', 'here:22', 400, /^address not allowed$/],
  ];
  for (const [resource, name, code, message] of refused) {
    it(`is nowhere for ${resource}/${name}`, () => assert.throws(() => backend(resource, name), { code, message }));
  }
});

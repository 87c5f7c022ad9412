import assert from 'node:assert/strict';
import { services } from '../client/resources.js';
import { backendsOf, podSource } from './backends.js';
import { endpointsController } from './endpoints/controller.js';
import { Cluster } from './testing/cluster.js';
import { type PodTraits, pod, service } from './testing/objects.js';

const at = (name: string, ip: string, traits: PodTraits = {}) => pod(name, { ip, ...traits });
const containers = [
  {
    name: 'web',
    ports: [
      { name: 'http', containerPort: 8080 },
      { name: 'dns', containerPort: 53, protocol: 'UDP' },
    ],
  },
];

describe('the backends of a service', () => {
  const shown = (traits: PodTraits, spec = {}) =>
    backendsOf(service('web', spec), [at('a', '10.0.0.1', traits)], 'IPv4').map(b => [
      b.ready,
      b.serving,
      b.terminating,
    ]);

  const rows: [what: string, traits: PodTraits, seen: boolean[][], spec?: object][] = [
    ['a ready pod is ready', {}, [[true, true, false]]],
    ['one that is not ready is there, and not ready', { ready: false }, [[false, false, false]]],
    ['one that terminates still serves', { terminating: true }, [[false, true, true]]],
    ['one that failed is not there', { phase: 'Failed' }, []],
    ['one that ended is not there', { phase: 'Succeeded' }, []],
    ['one with other labels is not there', { labels: { app: 'db' } }, []],
    [
      'all are ready when the service publishes all',
      { ready: false, terminating: true },
      [[true, false, true]],
      { publishNotReadyAddresses: true },
    ],
  ];
  for (const [what, traits, seen, spec] of rows) {
    it(what, () => assert.deepEqual(shown(traits, spec), seen));
  }

  it('leaves out pods that have no address yet, or none of that type', () => {
    const pods = [pod('new'), at('v6', 'fd00::1'), at('v4', '10.0.0.1')];
    assert.deepEqual(
      backendsOf(service('web'), pods, 'IPv4').map(b => b.ip),
      ['10.0.0.1'],
    );
    assert.deepEqual(
      backendsOf(service('web'), pods, 'IPv6').map(b => b.ip),
      ['fd00::1'],
    );
  });

  it('finds named ports in the pod’s containers, by name and protocol', () => {
    const ports = [
      { name: 'a', port: 80, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' },
      { name: 'b', port: 53, targetPort: 'dns', protocol: 'UDP' },
      { name: 'c', port: 53, targetPort: 'dns', protocol: 'TCP' },
      { name: 'd', port: 9090, protocol: 'TCP' },
    ];
    const [backend] = backendsOf(
      service('web', { ports }),
      [at('a', '10.0.0.1', { spec: { containers } as never })],
      'IPv4',
    );
    assert.deepEqual(backend?.ports, [
      { name: 'a', port: 8080, protocol: 'TCP', appProtocol: 'http' },
      { name: 'b', port: 53, protocol: 'UDP' },
      { name: 'd', port: 9090, protocol: 'TCP' },
    ]);
  });

  it('has a host name only under the service that the pod names as its subdomain', () => {
    const named = at('a', '10.0.0.1', { spec: { hostname: 'web-0', subdomain: 'web' } as never });
    assert.equal(backendsOf(service('web'), [named], 'IPv4')[0]?.hostname, 'web-0');
    assert.equal(backendsOf(service('other'), [named], 'IPv4')[0]?.hostname, undefined);
  });
});

describe('a change of a pod', () => {
  const cluster = new Cluster();
  cluster.start(endpointsController());
  cluster.put(services, service('web'));
  cluster.put(services, service('db', { selector: { app: 'db' } }));
  const wakes = (now?: ReturnType<typeof pod>, before?: ReturnType<typeof pod>) =>
    podSource.keysFor(now, before, cluster.context.read);

  it('wakes the services that select it now, and those that did before', () => {
    assert.deepEqual(wakes(at('a', '10.0.0.1')), ['default/web']);
    assert.deepEqual(wakes(undefined, at('a', '10.0.0.1')), ['default/web']);
    assert.deepEqual(wakes(at('a', '10.0.0.1', { labels: { app: 'db' } }), at('a', '10.0.0.1')), [
      'default/web',
      'default/db',
    ]);
  });

  it('wakes none when services cannot see the difference', () => {
    assert.deepEqual(wakes(at('a', '10.0.0.1', { restarts: 2 }), at('a', '10.0.0.1', { restarts: 1 })), []);
    assert.deepEqual(wakes(at('a', '10.0.0.1', { ready: false }), at('a', '10.0.0.1')), ['default/web', 'default/web']);
  });
});

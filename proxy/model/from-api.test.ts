import assert from 'node:assert/strict';
import type { EndpointSlice, Service } from '../../api/types.js';
import { stateFrom } from './from-api.js';
import { usable } from './state.js';

const surroundings = { clusterCidr: '10.244.0.0/16', podCidr: '10.244.1.0/24' };

const service = (spec: Partial<NonNullable<Service['spec']>>, labels: Record<string, string> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', labels },
  spec: { clusterIP: '10.96.0.10', ports: [{ port: 80, protocol: 'TCP' }], ...spec },
});

const slice = (fields: Partial<EndpointSlice>): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  ports: [{ name: '', port: 8080, protocol: 'TCP' }],
  endpoints: [],
  ...fields,
});

const ports = (services: Service[], slices: EndpointSlice[] = []) =>
  stateFrom(services, slices, 'here', surroundings).ports;

describe('proxy/model: services', () => {
  const left: [string, Service][] = [
    ['headless', service({ clusterIP: 'None', clusterIPs: ['None'] })],
    ['without an address yet', service({ clusterIP: '' })],
    ['external names', service({ type: 'ExternalName', externalName: 'example.com' })],
    ['IPv6', service({ clusterIP: 'fd00::1', clusterIPs: ['fd00::1'] })],
    ['headless by their label', service({}, { 'service.kubernetes.io/headless': '' })],
    ["another proxy's", service({}, { 'service.kubernetes.io/service-proxy-name': 'mine' })],
  ];
  for (const [what, one] of left) it(`${what} are left out`, () => assert.deepEqual(ports([one]), []));

  it('every port is one entry, in a fixed order', () => {
    const two = service({
      ports: [
        { name: 'z', port: 2, nodePort: 30002, protocol: 'UDP' },
        { name: 'a', port: 1 },
      ],
    });
    assert.deepEqual(
      ports([two]).map(p => [p.name, p.protocol, p.port, p.nodePort]),
      [
        ['default/web:a', 'TCP', 1, undefined],
        ['default/web:z', 'UDP', 2, 30002],
      ],
    );
  });

  it('policies and affinity', () => {
    const [port] = ports([
      service({
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 7 } },
        internalTrafficPolicy: 'Local',
        externalTrafficPolicy: 'Local',
      }),
    ]);
    assert.deepEqual([port?.affinitySeconds, port?.internalLocal, port?.externalLocal], [7, true, true]);
    assert.equal(ports([service({ sessionAffinity: 'ClientIP' })])[0]?.affinitySeconds, 10_800);
  });

  it('external addresses, those of a guarded load balancer left out', () => {
    const balanced = (guarded: boolean): Service => ({
      ...service({
        externalIPs: ['203.0.113.5', 'not an address'],
        ...(guarded ? { loadBalancerSourceRanges: ['192.0.2.0/24'] } : {}),
      }),
      status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }, { ip: '203.0.113.8', ipMode: 'Proxy' }] } },
    });
    assert.deepEqual(ports([balanced(false)])[0]?.externalIPs, ['203.0.113.5', '203.0.113.9']);
    assert.deepEqual(ports([balanced(true)])[0]?.externalIPs, ['203.0.113.5']);
  });
});

describe('proxy/model: the DNS service', () => {
  const dns = { ip: '169.254.96.10', port: 10_053 };
  const ports53 = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
    { name: 'metrics', port: 9153, protocol: 'TCP' },
  ];
  const dnsService = (spec = {}, namespace = 'kube-system'): Service => ({
    ...service({ ports: ports53, ...spec }),
    metadata: { name: 'kube-dns', namespace },
  });
  const own = slice({
    metadata: { name: 'x', namespace: 'kube-system', labels: { 'kubernetes.io/service-name': 'kube-dns' } },
    ports: [{ name: 'dns', port: 5353, protocol: 'UDP' }],
    endpoints: [{ addresses: ['10.244.1.2'], conditions: {} }],
  });
  const backends = (one: Service, slices: EndpointSlice[], around: object): string[] =>
    stateFrom([one], slices, 'here', { ...surroundings, ...around }).ports.map(
      ({ name, backends }) => `${name.split(':')[1]} ${backends.map(({ ip, port }) => `${ip}:${port}`)}`,
    );
  const here = '169.254.96.10:10053';
  const all = [`dns ${here}`, `dns-tcp ${here}`, 'metrics '];
  const cases: [string, Service, EndpointSlice[], object, string[]][] = [
    ['is answered on each node', dnsService(), [], { dns }, all],
    ['is not where nobody listens', dnsService(), [], {}, ['dns ', 'dns-tcp ', 'metrics ']],
    [
      'is its pods, if it has a selector',
      dnsService({ selector: { a: 'b' } }),
      [],
      { dns },
      ['dns ', 'dns-tcp ', 'metrics '],
    ],
    ['is its endpoints, if it has any', dnsService(), [own], { dns }, ['dns 10.244.1.2:5353', 'dns-tcp ', 'metrics ']],
    ['is on each node again, once those are gone', dnsService(), [{ ...own, endpoints: [] }], { dns }, all],
    ['is no other of that name', dnsService({}, 'default'), [], { dns }, ['dns ', 'dns-tcp ', 'metrics ']],
  ];
  for (const [what, one, slices, around, expected] of cases)
    it(what, () => assert.deepEqual(backends(one, slices, around), expected));
});

describe('proxy/model: endpoints', () => {
  const endpoint = (ip: string, conditions = {}, nodeName = 'here') => ({ addresses: [ip], conditions, nodeName });
  const found = (...slices: EndpointSlice[]) => ports([service({})], slices)[0]?.backends ?? [];

  it('by name of the port, from all slices, each address once', () => {
    const first = slice({ endpoints: [endpoint('10.244.1.3'), endpoint('10.244.1.2', { ready: false })] });
    const second = slice({ endpoints: [endpoint('10.244.1.2'), endpoint('10.244.2.2', {}, 'there')] });
    const wrong = slice({ ports: [{ name: 'other', port: 1 }], endpoints: [endpoint('10.244.1.9')] });
    assert.deepEqual(
      found(first, second, wrong).map(({ ip, port, ready, local }) => [ip, port, ready, local]),
      [
        ['10.244.1.2', 8080, true, true],
        ['10.244.1.3', 8080, true, true],
        ['10.244.2.2', 8080, true, false],
      ],
    );
  });

  it('of controllers before 1.21, by the label that says their node', () => {
    const old = { addresses: ['10.244.1.2'], conditions: {}, deprecatedTopology: { 'kubernetes.io/hostname': 'here' } };
    assert.deepEqual(
      found(slice({ endpoints: [old] })).map(({ local }) => local),
      [true],
    );
  });

  it('not from other services, namespaces or families', () => {
    const endpoints = [endpoint('10.244.1.2')];
    const labels = { 'kubernetes.io/service-name': 'web' };
    assert.deepEqual(
      found(
        slice({
          endpoints,
          metadata: { name: 'x', namespace: 'default', labels: { 'kubernetes.io/service-name': 'db' } },
        }),
        slice({ endpoints, metadata: { name: 'x', namespace: 'other', labels } }),
        slice({ endpoints, metadata: { name: 'x', namespace: 'default' } }),
        slice({ endpoints, addressType: 'FQDN' }),
        slice({ endpoints: [endpoint('fd00::2')] }),
      ),
      [],
    );
  });

  const conditions: [string, object, boolean, boolean][] = [
    ['nothing said', {}, true, false],
    ['ready', { ready: true, serving: true, terminating: false }, true, false],
    ['not ready', { ready: false, serving: false, terminating: false }, false, false],
    ['terminating, still serving', { ready: false, serving: true, terminating: true }, false, true],
    ['terminating, no more', { ready: false, serving: false, terminating: true }, false, false],
    ['published although not ready', { ready: true, serving: false, terminating: false }, true, false],
  ];
  for (const [what, said, ready, draining] of conditions) {
    it(what, () => {
      const [backend] = found(slice({ endpoints: [endpoint('10.244.1.2', said)] }));
      assert.deepEqual([backend?.ready, backend?.draining], [ready, draining]);
    });
  }

  it('what is usable', () => {
    const all = found(
      slice({
        endpoints: [endpoint('10.244.1.2', { ready: false, serving: true, terminating: true }), endpoint('10.244.1.3')],
      }),
    );
    assert.deepEqual(
      usable(all).map(backend => backend.ip),
      ['10.244.1.3'],
    );
    assert.deepEqual(
      usable(all.slice(0, 1)).map(backend => backend.ip),
      ['10.244.1.2'],
    );
    assert.deepEqual(usable([]), []);
  });
});

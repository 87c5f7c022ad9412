import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openTestApi, type TestApi } from '../../testing/harness.js';
import { parseRange, toAddress, toNumber } from './addresses.js';
import { Bitmap } from './bitmap.js';
import { candidates } from './pick.js';

const services = '/api/v1/namespaces/default/services';
const service = (name: string, spec = {}) => ({ metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });

describe('service addresses and node ports', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  const make = (name: string, spec = {}) => api.must(201, `POST ${services}`, service(name, spec));

  it('are given to those who ask for none', async () => {
    const { spec } = await make('a', { type: 'NodePort' });
    assert.deepEqual(
      [spec.clusterIP, spec.clusterIPs, spec.ipFamilies, spec.ipFamilyPolicy, spec.ports[0].nodePort],
      ['10.96.1.1', ['10.96.1.1'], ['IPv4'], 'SingleStack', 30_086],
    );
  });

  it('are never given twice, however many ask at once', async () => {
    const made = await Promise.all(Array.from({ length: 60 }, (_, i) => make(`s${i}`, { type: 'NodePort' })));
    assert.equal(new Set(made.map(({ spec }) => spec.clusterIP)).size, 60);
    assert.equal(new Set(made.map(({ spec }) => spec.ports[0].nodePort)).size, 60);
  });

  it('are those that a service asks for, and one of two who ask for the same', async () => {
    const wanted = { clusterIP: '10.96.0.10', type: 'NodePort', ports: [{ port: 53, nodePort: 30_053 }] };
    const answers = await Promise.all(['a', 'b'].map(name => api.ask(`POST ${services}`, service(name, wanted))));
    assert.deepEqual(answers.map(({ code }) => code).sort(), [201, 422]);
    const refused = answers.find(({ code }) => code === 422)?.body.message;
    assert.match(
      refused,
      /spec.clusterIPs: Invalid value: \["10.96.0.10"\]: failed to allocate IP 10.96.0.10: provided IP is already allocated/,
    );
    const port = await api.must(422, `POST ${services}`, service('c', { ...wanted, clusterIP: undefined }));
    assert.match(port.message, /spec.ports\[0\].nodePort: Invalid value: 30053: provided port is already allocated/);
  });

  it('come back when the service goes, or its write fails', async () => {
    const wanted = { clusterIP: '10.96.0.10', type: 'NodePort', ports: [{ port: 53, nodePort: 30_053 }] };
    await make('a', wanted);
    await api.must(200, `DELETE ${services}/a`);
    await make('b', wanted);
    await api.must(409, `POST ${services}`, service('b', { clusterIP: '10.96.0.11' }));
    await make('c', { clusterIP: '10.96.0.11' });
    await api.must(201, `POST ${services}?dryRun=All`, service('d', { clusterIP: '10.96.0.12' }));
    await make('d', { clusterIP: '10.96.0.12' });
  });

  it('stay with the service through its changes', async () => {
    const made = await make('a', { type: 'NodePort' });
    const again = await api.must(
      200,
      `PUT ${services}/a`,
      service('a', {
        type: 'NodePort',
        ports: [{ port: 80 }, { port: 81, name: 'b' }].map((p, i) => ({ name: `p${i}`, ...p })),
      }),
    );
    assert.equal(again.spec.clusterIP, made.spec.clusterIP);
    assert.equal(again.spec.ports[0].nodePort, made.spec.ports[0].nodePort);
    assert.notEqual(again.spec.ports[1].nodePort, made.spec.ports[0].nodePort);
    const plain = await api.must(200, `PUT ${services}/a`, service('a', { type: 'ClusterIP' }));
    assert.equal(plain.spec.ports[0].nodePort, undefined);
    await make('b', { type: 'NodePort', ports: [{ port: 1, nodePort: made.spec.ports[0].nodePort }] });
  });

  it('can be one port for two protocols of one service', async () => {
    const ports = ['TCP', 'UDP'].map(protocol => ({
      name: protocol.toLowerCase(),
      protocol,
      port: 53,
      nodePort: 30_053,
    }));
    const { spec } = await make('dns', { type: 'NodePort', ports });
    assert.deepEqual(
      spec.ports.map((port: { nodePort: number }) => port.nodePort),
      [30_053, 30_053],
    );
  });

  it('are not for headless services, and those that are but names', async () => {
    assert.deepEqual((await make('a', { clusterIP: 'None' })).spec.clusterIPs, ['None']);
    const named = await make('b', { type: 'ExternalName', externalName: 'example.com', ports: [] });
    assert.equal(named.spec.clusterIP, undefined);
  });

  it('are of a service alone, over several servers on one store', async () => {
    const next = await openTestApi({ store: api.store });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        (i % 2 === 0 ? api : next).must(201, `POST ${services}`, service(`s${i}`, { type: 'NodePort' })),
      ),
    );
    assert.equal(new Set(answers.map(({ spec }) => spec.clusterIP)).size, 40);
    assert.equal(new Set(answers.map(({ spec }) => spec.ports[0].nodePort)).size, 40);
    // What one server frees, the other can give at once.
    const { clusterIP, ports } = answers[0].spec;
    await api.must(200, `DELETE ${services}/s0`);
    await next.must(
      201,
      `POST ${services}`,
      service('again', { clusterIP, type: 'NodePort', ports: [{ port: 80, nodePort: ports[0].nodePort }] }),
    );
    await next.env.cache.close();
  });

  it('are recorded as Kubernetes records them', async () => {
    const { spec } = await make('a', { type: 'NodePort' });
    const { metadata } = await api.must(200, `GET /apis/networking.k8s.io/v1/ipaddresses/${spec.clusterIP}`);
    assert.equal(metadata.labels['ipaddress.kubernetes.io/managed-by'], 'ipallocator.k8s.io');
    const ports = await api.store.get('/registry/ranges/servicenodeports');
    const { kind, range, data } = JSON.parse(Buffer.from(ports?.value ?? []).toString());
    assert.deepEqual([kind, range], ['RangeAllocation', '30000-32767']);
    assert.equal(new Bitmap(Buffer.from(data, 'base64')).has(spec.ports[0].nodePort - 30_000), true);
  });

  it('come of ranges that are added', async () => {
    const ranges = '/apis/networking.k8s.io/v1/servicecidrs';
    await api.must(201, `POST ${ranges}`, { metadata: { name: 'more' }, spec: { cidrs: ['10.97.0.0/30'] } });
    await api.must(422, `POST ${services}`, service('early', { clusterIP: '10.97.0.1' }));
    const conditions = [
      { type: 'Ready', status: 'True', reason: 'x', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ];
    const patch = { 'content-type': 'application/merge-patch+json' };
    await api.must(200, `PATCH ${ranges}/more/status`, { status: { conditions } }, patch);
    await make('a', { clusterIP: '10.97.0.1' });
    const refused = await api.must(422, `POST ${services}`, service('b', { clusterIP: '10.97.0.3' }));
    assert.match(refused.message, /The range of valid IPs is 10.96.0.0\/16,10.97.0.0\/30/);
  });

  it('are remembered by the next server on the same store', async () => {
    const { spec } = await make('a', { type: 'NodePort' });
    const next = await openTestApi({ store: api.store });
    const other = (await next.must(201, `POST ${services}`, service('b', { type: 'NodePort' }))).spec;
    assert.notEqual(other.clusterIP, spec.clusterIP);
    assert.notEqual(other.ports[0].nodePort, spec.ports[0].nodePort);
    await next.env.cache.close();
  });

  const refusals: [what: string, spec: object, message: RegExp][] = [
    [
      'an address of another range',
      { clusterIP: '10.97.0.1' },
      /the provided IP \(10.97.0.1\) is not in the valid range. The range of valid IPs is 10.96.0.0\/16/,
    ],
    ['the network’s own address', { clusterIP: '10.96.0.0' }, /is not in the valid range/],
    [
      'a port of another range',
      { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] },
      /provided port is not in the valid range. The range of valid ports is 30000-32767/,
    ],
    ['a second family', { ipFamilyPolicy: 'RequireDualStack' }, /spec.ipFamilies: Invalid value/],
  ];
  for (const [what, spec, message] of refusals) {
    it(`are refused for ${what}`, async () => {
      assert.match((await api.must(422, `POST ${services}`, service('a', spec))).message, message);
    });
  }
});

describe('picking from a range', () => {
  it('comes to every number once, and to those kept for who asks for them last', () => {
    assert.deepEqual([...candidates(5, 2, 0.5)], [3, 4, 2, 0, 1]);
    assert.deepEqual([...candidates(3, 3, 0.9)], [0, 1, 2]);
  });
});

describe('a bitmap', () => {
  it('law: says what was taken, in the bytes that Kubernetes reads', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(2767)), fc.nat(2767), (offsets, freed) => {
        const bits = new Bitmap();
        for (const offset of offsets) bits.add(offset);
        bits.remove(freed);
        const again = new Bitmap(bits.toBytes());
        for (let offset = 0; offset < 2768; offset++) {
          assert.equal(again.has(offset), offset !== freed && offsets.includes(offset));
        }
      }),
    );
    const bits = new Bitmap();
    bits.add(0);
    bits.add(9);
    assert.deepEqual([...bits.toBytes()], [2, 1]);
  });
});

describe('addresses', () => {
  it('are numbers, there and back', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), number => toNumber(toAddress(number)) === number));
  });
  it('have ranges', () => {
    assert.deepEqual(parseRange('10.96.0.0/16'), { base: toNumber('10.96.0.0'), size: 65_536 });
    assert.deepEqual(parseRange('10.96.7.9/24'), { base: toNumber('10.96.7.0'), size: 256 });
    for (const bad of ['10.96.0.0', '10.96.0.0/33', '300.0.0.0/16', 'fd00::/64', '10.0.0.0/4', '']) {
      assert.throws(() => parseRange(bad), RangeError, bad);
    }
  });
});

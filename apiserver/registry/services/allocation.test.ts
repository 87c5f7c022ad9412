import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openTestApi, type TestApi } from '../../testing/harness.js';
import { parseRange, toAddress, toNumber } from './addresses.js';
import { Pool } from './pool.js';

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

describe('a pool of numbers', () => {
  it('gives each number once, until it is full', () => {
    const pool = new Pool(10, 5, 2);
    const drawn = Array.from({ length: 6 }, () => pool.draw('me', 0.5));
    assert.deepEqual(drawn, [13, 14, 12, 10, 11, undefined]);
    pool.release(12, 'another');
    assert.equal(pool.draw('me', 0), undefined);
    pool.release(12, 'me');
    assert.equal(pool.draw('me', 0), 12);
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

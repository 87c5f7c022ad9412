import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clone } from '../../json.js';
import type { AnyObject, Endpoint } from '../../types.js';
import type { Conversion } from '../conversion.js';
import { endpointSliceRow } from './row.js';
import { type BetaEndpoint, endpointFromV1, endpointToV1 } from './topology.js';
import { endpointSliceV1beta1Row } from './v1beta1.js';

const host = 'kubernetes.io/hostname';
const zone = 'topology.kubernetes.io/zone';
const region = 'topology.kubernetes.io/region';
const addresses = ['10.0.0.1'];

describe('an endpoint of discovery.k8s.io/v1beta1', () => {
  const table: [string, BetaEndpoint, Endpoint][] = [
    ['says nothing of its place', { addresses }, { addresses }],
    ['has a node', { addresses, nodeName: 'a', topology: { [host]: 'a' } }, { addresses, nodeName: 'a' }],
    [
      'has a zone',
      { addresses, nodeName: 'a', topology: { [host]: 'a', [zone]: 'z' } },
      { addresses, nodeName: 'a', zone: 'z' },
    ],
    [
      'has a host name alone',
      { addresses, topology: { [host]: 'a' } },
      { addresses, deprecatedTopology: { [host]: 'a' } },
    ],
    [
      'has a host name other than its node',
      { addresses, nodeName: 'a', topology: { [host]: 'b', [region]: 'r' } },
      { addresses, nodeName: 'a', deprecatedTopology: { [host]: 'b', [region]: 'r' } },
    ],
  ];
  for (const [name, beta, stable] of table) {
    it(`${name}, and so it is in v1, there and back`, () => {
      assert.deepEqual(endpointToV1(clone(beta)), stable);
      assert.deepEqual(endpointFromV1(clone(stable)), beta);
    });
  }

  it('law: whatever was stored is the same after a way through v1beta1', () => {
    const text = fc.constantFrom('a', 'b');
    const optional = { requiredKeys: ['addresses'] as ['addresses'] };
    const others = fc.dictionary(fc.constantFrom(region, 'x'), text, { minKeys: 1 });
    const record = { addresses: fc.constant(addresses), nodeName: text, zone: text, deprecatedTopology: others };
    fc.assert(
      fc.property(fc.record(record, optional), endpoint => {
        const stored = clone(endpoint as Endpoint);
        assert.deepEqual(endpointToV1(endpointFromV1(clone(stored))), stored);
      }),
    );
  });
});

describe('an EndpointSlice', () => {
  const slice = (endpoints: object[]): AnyObject => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web' },
    addressType: 'IPv4',
    endpoints,
    ports: [],
  });

  it('is not changed by being shown in another version', () => {
    const stored = slice([{ addresses, nodeName: 'a' }]);
    const before = clone(stored);
    const [shown] = (endpointSliceV1beta1Row.conversion as Conversion).fromStorage([stored]) as AnyObject[];
    assert.equal(shown?.apiVersion, 'discovery.k8s.io/v1beta1');
    assert.deepEqual(stored, before);
  });

  it('takes through v1 no deprecatedTopology but what is there', () => {
    const made = slice([{ addresses, deprecatedTopology: { x: 'y' } }]);
    endpointSliceRow.prepareCreate?.(made);
    assert.deepEqual(made.endpoints, [{ addresses }]);
    const old = slice([{ addresses, deprecatedTopology: { x: 'y' } }]);
    const next = slice([
      { addresses, deprecatedTopology: { x: 'y' } },
      { addresses, deprecatedTopology: { x: 'z' } },
    ]);
    endpointSliceRow.prepareUpdate?.(next, old);
    assert.deepEqual(next.endpoints, [{ addresses, deprecatedTopology: { x: 'y' } }, { addresses }]);
  });

  it('has at most sixteen labels of topology, and those must be labels', () => {
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`l${i}`, 'x']));
    const complaints = endpointSliceV1beta1Row.validate?.(
      slice([
        { addresses, topology: many },
        { addresses, topology: { 'a b': '' } },
      ]),
    );
    assert.deepEqual(
      complaints?.map(({ type, field }) => [type, field]),
      [
        ['FieldValueTooMany', 'endpoints[0].topology'],
        ['FieldValueInvalid', 'endpoints[1].topology'],
      ],
    );
  });
});

import assert from 'node:assert/strict';
import { clone } from '../../json.js';
import type { AnyObject, Ingress } from '../../types.js';
import type { Conversion } from '../conversion.js';
import type { KindRow } from '../row.js';
import { formerKinds } from './index.js';
import { type BetaBackend, backendFromV1, backendToV1, ingressV1beta1Row } from './ingress.js';
import { priorityLevelIn } from './prioritylevel.js';

/** As an object of the row is stored, and shown again. */
function stored(row: KindRow, object: AnyObject): AnyObject {
  const given = clone(object);
  row.defaults?.(given);
  return row.conversion?.toStorage(given) as AnyObject;
}
const shown = (row: KindRow, object: AnyObject): AnyObject =>
  ((row.conversion as Conversion).fromStorage([object]) as AnyObject[])[0] as AnyObject;
const errorsOf = (row: KindRow, object: AnyObject): string[] => {
  const given = clone(object);
  row.defaults?.(given);
  return (row.validate?.(given) ?? []).map(({ field, message }) => `${field}: ${message}`);
};

describe('former versions', () => {
  it('are each stored as what Kubernetes has today', () => {
    for (const row of formerKinds) {
      assert.ok(row.conversion, row.kind);
      assert.match(row.version, /^v1beta\d$/);
      assert.equal(row.conversion.storage.version, 'v1', row.kind);
    }
  });
});

describe('a backend of networking.k8s.io/v1beta1', () => {
  type Backend = NonNullable<NonNullable<Ingress['spec']>['defaultBackend']>;
  const resource = { kind: 'Bucket', name: 'b' };
  const table: [what: string, beta: BetaBackend, v1: Backend][] = [
    [
      'has a port with a number',
      { serviceName: 'a', servicePort: 80 },
      { service: { name: 'a', port: { number: 80 } } },
    ],
    ['has a port with a name', { serviceName: 'a', servicePort: 'w' }, { service: { name: 'a', port: { name: 'w' } } }],
    ['is a resource', { resource }, { resource }],
    ['is nothing', {}, {}],
  ];
  for (const [what, beta, v1] of table)
    it(`${what}, and so it is in v1, there and back`, () => {
      assert.deepEqual(backendToV1(beta), v1);
      assert.deepEqual(backendFromV1(v1), beta);
    });
});

describe('an Ingress of networking.k8s.io/v1beta1', () => {
  const ingress = (spec: object): AnyObject => ({
    apiVersion: 'networking.k8s.io/v1beta1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'default' },
    spec,
  });
  const backend = { serviceName: 'web', servicePort: 80 };
  const rules = [{ host: 'a.example', http: { paths: [{ path: '/', backend }] } }];

  it('is stored in the words of v1, and shown in its own', () => {
    const kept = stored(ingressV1beta1Row, ingress({ backend, rules }));
    const service = { name: 'web', port: { number: 80 } };
    assert.equal(kept.apiVersion, 'networking.k8s.io/v1');
    assert.deepEqual(kept.spec, {
      defaultBackend: { service },
      rules: [
        {
          host: 'a.example',
          http: { paths: [{ path: '/', pathType: 'ImplementationSpecific', backend: { service } }] },
        },
      ],
    });
    const again = shown(ingressV1beta1Row, kept);
    assert.equal(again.apiVersion, 'networking.k8s.io/v1beta1');
    const paths = [{ path: '/', pathType: 'ImplementationSpecific', backend }];
    assert.deepEqual(again.spec, { backend, rules: [{ host: 'a.example', http: { paths } }] });
    assert.deepEqual(kept.spec, stored(ingressV1beta1Row, again).spec, 'the stored one is left');
  });

  it('is judged as in v1, and told in its own words', () => {
    assert.deepEqual(errorsOf(ingressV1beta1Row, ingress({ backend, rules })), []);
    assert.deepEqual(errorsOf(ingressV1beta1Row, ingress({ backend: { serviceName: '-', servicePort: 0 } })), [
      'spec.backend.serviceName: Invalid value: "-": ' +
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, " +
        "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      'spec.backend: Required value: port name or number is required',
    ]);
  });

  it('is listed with its hosts', () => {
    const cells = ingressV1beta1Row.columns.map(({ cell }) => cell(ingress({ rules }), 0));
    assert.ok(cells.includes('a.example'));
  });
});

describe('a priority level of flowcontrol.apiserver.k8s.io/v1beta2', () => {
  const row = priorityLevelIn('v1beta2');
  const level = (limited: object): AnyObject => ({
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta2',
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'x' },
    spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' }, ...limited } },
  });
  const limitedOf = (object: AnyObject) => (object.spec as { limited: Record<string, unknown> }).limited;

  it('calls its shares otherwise', () => {
    const kept = stored(row, level({ assuredConcurrencyShares: 7 }));
    assert.deepEqual(limitedOf(kept), {
      limitResponse: { type: 'Reject' },
      nominalConcurrencyShares: 7,
      lendablePercent: 0,
    });
    assert.equal(limitedOf(shown(row, kept)).assuredConcurrencyShares, 7);
    assert.equal(limitedOf(shown(row, kept)).nominalConcurrencyShares, undefined);
    const cells = row.columns.map(({ cell }) => cell(level({ assuredConcurrencyShares: 7 }), 0));
    assert.ok(cells.includes('7'));
  });

  it('has as many as in v1 where it does not say', () => {
    assert.equal(limitedOf(stored(row, level({}))).nominalConcurrencyShares, 30);
  });

  it('is told in its own words', () => {
    assert.deepEqual(errorsOf(row, level({ assuredConcurrencyShares: -1 })), [
      'spec.limited.assuredConcurrencyShares: Invalid value: -1: must be a non-negative integer',
    ]);
  });
});

import assert from 'node:assert/strict';
import type { AnyObject } from '../../api/types.js';
import type { Lookup } from '../contracts.js';
import { destinationOf } from './resolve.js';

const service = (spec: object): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'hook', namespace: 'ns' },
  spec,
});
const slice = (ports: object[], endpoints: object[]): AnyObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'hook-1', namespace: 'ns', labels: { 'kubernetes.io/service-name': 'hook' } },
  addressType: 'IPv4',
  ports,
  endpoints,
});
const lookup = (found: AnyObject | undefined, slices: AnyObject[] = []): Lookup => ({
  get: () => found,
  list: () => slices,
  onChange: () => undefined,
});
const asked = { namespace: 'ns', name: 'hook', port: 443 };
const spec = {
  clusterIP: '10.96.0.9',
  selector: { app: 'hook' },
  ports: [{ name: 'https', port: 443, targetPort: 8443 }],
};

describe('a service that is called', () => {
  it('is reached at a ready pod, on the port that it has there', () => {
    const slices = [
      slice(
        [{ name: 'https', port: 8443 }],
        [
          { addresses: ['10.0.0.1'], conditions: { ready: false } },
          { addresses: ['10.0.0.2'], conditions: { ready: true } },
          { addresses: ['10.0.0.3'] },
        ],
      ),
    ];
    assert.deepEqual(
      destinationOf(lookup(service(spec), slices), asked, () => 0),
      { host: '10.0.0.2', port: 8443 },
    );
    assert.deepEqual(
      destinationOf(lookup(service(spec), slices), asked, () => 0.99),
      { host: '10.0.0.3', port: 8443 },
    );
  });

  it('may be somewhere else altogether', () => {
    const elsewhere = service({ type: 'ExternalName', externalName: 'hook.example.com' });
    assert.deepEqual(
      destinationOf(lookup(elsewhere), asked, () => 0),
      { host: 'hook.example.com', port: 443 },
    );
  });

  const refused: [string, Lookup, string][] = [
    ['is not there', lookup(undefined), 'service "hook" not found'],
    [
      'has no such port',
      lookup(service({ ...spec, ports: [{ port: 80 }] })),
      'no service port 443 found for service "hook"',
    ],
    ['has nobody behind it', lookup(service(spec)), 'no endpoints available for service "hook"'],
  ];
  for (const [name, found, message] of refused) {
    it(`is refused when it ${name}`, () => {
      assert.throws(() => destinationOf(found, asked, () => 0), { message, code: 503 });
    });
  }
});

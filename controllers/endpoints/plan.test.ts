import assert from 'node:assert/strict';
import type { Endpoints } from '../../api/types.js';
import { endpointsNamed, type PodTraits, pod, service } from '../testing/objects.js';
import { planFor } from './plan.js';

const at = (name: string, ip: string, traits: PodTraits = {}) => pod(name, { ip, node: 'n1', ...traits });
const reference = (name: string) => ({ kind: 'Pod', namespace: 'default', name, uid: `uid-of-${name}` });
const address = (name: string, ip: string) => ({ ip, nodeName: 'n1', targetRef: reference(name) });
const ports = [{ port: 8080, protocol: 'TCP' }];
const subsets = (endpoints: Endpoints | undefined) => endpoints?.subsets;

describe('the plan of the endpoints of a service', () => {
  it('lists ready addresses apart from those that are not, in order', () => {
    const pods = [at('b', '10.0.0.2'), at('c', '10.0.0.3', { ready: false }), at('a', '10.0.0.1')];
    assert.deepEqual(subsets(planFor(service('web'), pods, undefined)), [
      {
        addresses: [address('a', '10.0.0.1'), address('b', '10.0.0.2')],
        notReadyAddresses: [address('c', '10.0.0.3')],
        ports,
      },
    ]);
  });

  it('is empty, but there, when no pod is', () => {
    const planned = planFor(service('web', {}, { labels: { team: 'a' } }), [], undefined);
    assert.deepEqual(planned?.metadata, {
      name: 'web',
      namespace: 'default',
      labels: { team: 'a', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
    });
    assert.deepEqual(subsets(planned), []);
  });

  it('changes nothing that is right, whatever the order of the pods', () => {
    const pods = [at('a', '10.0.0.1'), at('b', '10.0.0.2', { ready: false })];
    const planned = planFor(service('web'), pods, undefined);
    assert.equal(planFor(service('web'), [...pods].reverse(), planned), undefined);
  });

  it('groups addresses by the ports that the pods have under the name', () => {
    const named = (port: number) =>
      ({ containers: [{ name: 'c', ports: [{ name: 'http', containerPort: port }] }] }) as never;
    const pods = [
      at('a', '10.0.0.1', { spec: named(8080) }),
      at('b', '10.0.0.2', { spec: named(9090) }),
      at('c', '10.0.0.3'),
    ];
    const planned = planFor(
      service('web', { ports: [{ name: 'main', port: 80, targetPort: 'http' }] }),
      pods,
      undefined,
    );
    assert.deepEqual(
      subsets(planned)?.map(s => [s.ports, s.addresses?.map(a => a.ip)]),
      [
        [[{ name: 'main', port: 8080, protocol: 'TCP' }], ['10.0.0.1']],
        [[{ name: 'main', port: 9090, protocol: 'TCP' }], ['10.0.0.2']],
      ],
    );
  });

  it('drops terminating pods, unless the service publishes all', () => {
    const pods = [at('a', '10.0.0.1', { terminating: true })];
    assert.deepEqual(subsets(planFor(service('web'), pods, undefined)), []);
    const all = service('web', { publishNotReadyAddresses: true });
    assert.deepEqual(subsets(planFor(all, pods, undefined))?.[0]?.addresses, [address('a', '10.0.0.1')]);
  });

  it('lists the pods of a headless service even without ports, and labels it so', () => {
    const planned = planFor(service('web', { clusterIP: 'None', ports: [] }), [at('a', '10.0.0.1')], undefined);
    assert.deepEqual(subsets(planned), [{ addresses: [address('a', '10.0.0.1')] }]);
    assert.equal(planned?.metadata.labels?.['service.kubernetes.io/headless'], '');
  });

  it('keeps to a thousand addresses, ready ones first, says so, and stops saying so', () => {
    const many = Array.from({ length: 1200 }, (_, i) =>
      at(`p${i}`, `10.0.${i >> 8}.${i & 255}`, { ready: i < 900 ? 5 : false }),
    );
    const planned = planFor(service('web'), many, undefined);
    assert.equal(planned?.metadata.annotations?.['endpoints.kubernetes.io/over-capacity'], 'truncated');
    assert.equal(planned?.subsets?.[0]?.addresses?.length, 900);
    assert.equal(planned?.subsets?.[0]?.notReadyAddresses?.length, 100);
    const fewer = planFor(service('web'), many.slice(0, 5), planned);
    assert.equal(fewer?.metadata.annotations, undefined);
  });

  it('keeps the annotations that others made, and the object’s version', () => {
    const existing = endpointsNamed('web', [], { annotations: { note: 'mine' }, resourceVersion: '7' });
    const { annotations, resourceVersion } = planFor(service('web'), [at('a', '10.0.0.1')], existing)?.metadata ?? {};
    assert.deepEqual([annotations, resourceVersion], [{ note: 'mine' }, '7']);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EndpointSlice, Pod } from '../../api/types.js';
import { type PodTraits, pod, service } from '../testing/objects.js';
import { type Plan, planFor } from './plan.js';

const at = (name: string, ip: string, traits: PodTraits = {}) => pod(name, { ip, node: 'n1', ...traits });
const many = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => at(`p${from + i}`, `10.0.${(from + i) >> 8}.${(from + i) & 255}`));
const zones = () => undefined;

/** The slices after the plan; created ones are named in turn. */
function applied(plan: Plan, existing: readonly EndpointSlice[]): EndpointSlice[] {
  const names = (slices: readonly EndpointSlice[]) => slices.map(slice => slice.metadata.name);
  const kept = existing.filter(s => !names([...plan.delete, ...plan.update]).includes(s.metadata.name));
  const next = 1 + Math.max(0, ...existing.map(s => Number(s.metadata.name?.split('-')[1] ?? 0)));
  const created = plan.create.map((s, i) => ({ ...s, metadata: { ...s.metadata, name: `web-${next + i}` } }));
  return [...kept, ...plan.update, ...created];
}

const of = (pods: readonly Pod[], existing: readonly EndpointSlice[] = [], svc = service('web')) =>
  planFor(svc, pods, existing, zones);
const sizes = (slices: readonly EndpointSlice[]) => slices.map(slice => slice.endpoints?.length);
const writes = (plan: Plan) => [plan.create.length, plan.update.length, plan.delete.length];

describe('the plan of the endpoint slices of a service', () => {
  it('puts the first pod in a slice of its own, that the service owns', () => {
    const [slice] = planFor(
      service('web', {}, { labels: { team: 'a' } }),
      [at('a', '10.0.0.1')],
      [],
      () => 'z1',
    ).create;
    assert.deepEqual(slice, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        generateName: 'web-',
        namespace: 'default',
        labels: {
          team: 'a',
          'kubernetes.io/service-name': 'web',
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
        ownerReferences: [
          {
            apiVersion: 'v1',
            kind: 'Service',
            name: 'web',
            uid: 'uid-of-web',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          conditions: { ready: true, serving: true, terminating: false },
          nodeName: 'n1',
          zone: 'z1',
          targetRef: { kind: 'Pod', namespace: 'default', name: 'a', uid: 'uid-of-a' },
        },
      ],
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    });
  });

  it('puts a hundred in a slice, and the next in another', () => {
    assert.deepEqual(sizes(of(many(250)).create), [100, 100, 50]);
  });

  it('has an empty slice for a service without pods, and keeps it', () => {
    const placeholder = applied(of([]), []);
    assert.deepEqual(
      placeholder.map(s => [s.endpoints, s.ports]),
      [[[], []]],
    );
    assert.deepEqual(writes(of([], placeholder)), [0, 0, 0]);
  });

  it('turns its last slice into the empty one, and the empty one goes when a pod comes', () => {
    const one = applied(of([at('a', '10.0.0.1')]), []);
    const gone = of([], one);
    assert.deepEqual(writes(gone), [0, 1, 0]);
    assert.deepEqual(gone.update[0]?.ports, []);
    assert.deepEqual(writes(of([at('b', '10.0.0.2')], applied(gone, one))), [1, 0, 1]);
  });

  it('writes one slice when one of 250 pods changes', () => {
    const pods = many(250);
    const slices = applied(of(pods), []);
    pods[120] = at('p120', '10.0.0.120', { ready: false });
    assert.deepEqual(writes(of(pods, slices)), [0, 1, 0]);
  });

  it('puts a new pod where something changes anyway, in the place of one that left', () => {
    const pods = many(200);
    const slices = applied(of(pods), []);
    const plan = of([...pods.slice(1), ...many(1, 900)], slices);
    assert.deepEqual([writes(plan), sizes(plan.update)], [[0, 1, 0], [100]]);
  });

  it('puts it there even when another slice, that need not be written, has room', () => {
    const pods = many(160);
    const slices = applied(of(pods), []).reverse();
    const plan = of([...pods.slice(1), ...many(1, 900)], slices);
    assert.deepEqual([sizes(slices), writes(plan), sizes(plan.update)], [[60, 100], [0, 1, 0], [100]]);
  });

  it('takes the room in a slice before it makes another', () => {
    const slices = applied(of(many(50)), []);
    assert.deepEqual(writes(of(many(60), slices)), [0, 1, 0]);
    assert.deepEqual(writes(of(many(101), slices)), [1, 1, 0]);
  });

  it('follows the labels of the service', () => {
    const slices = applied(of(many(150)), []);
    const plan = of(many(150), slices, service('web', {}, { labels: { tier: 'front' } }));
    assert.deepEqual(writes(plan), [0, 2, 0]);
    assert.ok(plan.update.every(slice => slice.metadata.labels?.tier === 'front'));
  });

  it('moves the endpoints to new slices when the ports change', () => {
    const slices = applied(of(many(2)), []);
    const plan = of(many(2), slices, service('web', { ports: [{ port: 80, targetPort: 9090, protocol: 'TCP' }] }));
    assert.deepEqual(writes(plan), [1, 0, 1]);
  });

  it('has slices for each address family, and drops those of a family that left', () => {
    const dual = service('web', { ipFamilies: ['IPv4', 'IPv6'] });
    const both = at('a', '10.0.0.1');
    both.status = { ...both.status, podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] };
    const slices = applied(of([both], [], dual), []);
    assert.deepEqual(
      slices.map(s => [s.addressType, s.endpoints?.[0]?.addresses]),
      [
        ['IPv4', ['10.0.0.1']],
        ['IPv6', ['fd00::1']],
      ],
    );
    assert.deepEqual(
      of([both], slices).delete.map(s => s.addressType),
      ['IPv6'],
    );
  });

  it('leaves slices alone that are being deleted already', () => {
    const [slice] = applied(of(many(1)), []);
    assert.ok(slice);
    const going = { ...slice, metadata: { ...slice.metadata, deletionTimestamp: '2025-01-01T00:00:00Z' as never } };
    assert.deepEqual(writes(of(many(1), [going])), [1, 0, 0]);
  });

  it('whatever happened before: lists each pod once, in slices of at most a hundred, and then rests', () => {
    const population = fc.subarray(
      many(230).map((_, i) => i),
      { minLength: 0 },
    );
    fc.assert(
      fc.property(fc.array(population, { minLength: 1, maxLength: 4 }), histories => {
        let slices: EndpointSlice[] = [];
        for (const members of histories) {
          const pods = many(230).filter((_, i) => members.includes(i));
          slices = applied(of(pods, slices), slices);
          const listed = slices.flatMap(slice => (slice.endpoints ?? []).map(e => e.targetRef?.name));
          assert.deepEqual(listed.sort(), pods.map(p => p.metadata.name).sort());
          assert.ok(slices.length > 0 && slices.every(slice => (slice.endpoints?.length ?? 0) <= 100));
          assert.deepEqual(writes(of(pods, slices)), [0, 0, 0]);
        }
      }),
      { numRuns: 30 },
    );
  });
});

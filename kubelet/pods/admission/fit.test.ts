import assert from 'node:assert/strict';
import type { Container, Pod, PodSpec } from '../../../api/types.js';
import { asksNodeObject, misfit, type Place } from './fit.js';

const pod = (...containers: Partial<Container>[]): Pod => podOf({ containers: containers as Container[] });
const podOf = (spec: Partial<PodSpec>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [], ...spec } as PodSpec,
});
const asks = (requests: Record<string, string>): Partial<Container> => ({ resources: { requests } });
const place = (...others: Pod[]): Place => ({
  name: 'here',
  labels: { disk: 'ssd' },
  allocatable: { cpu: '2', memory: '1Gi', 'ephemeral-storage': '1000', pods: '3' },
  others,
});
const withLicences = (given: Place): Place => ({
  ...given,
  allocatable: { ...given.allocatable, 'example.com/licence': '3' },
});
const port = (hostPort: number, hostIP?: string): Partial<Container> => ({
  ports: [{ containerPort: 1, hostPort, ...(hostIP ? { hostIP } : {}) }],
});
const term = (value: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [value] }] }],
    },
  },
});
const affinity = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector";
const ports = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";
const few = "Node didn't have enough resource:";

describe('a pod on a node', () => {
  const table: [what: string, pod: Pod, place: Place, reason: string, why: string][] = [
    ['fits', pod(asks({ cpu: '2', memory: '1Gi' })), place(), '', ''],
    ['fits beside others', pod(asks({ cpu: '1' })), place(pod(asks({ cpu: '1' }))), '', ''],
    ['asks for nothing on a node that is full', pod({}), place(pod(asks({ cpu: '2' }))), '', ''],
    [
      'asks for too much',
      pod(asks({ cpu: '1500m' })),
      place(pod(asks({ cpu: '600m' }))),
      'OutOfcpu',
      `${few} cpu, requested: 1500, used: 600, capacity: 2000`,
    ],
    [
      'asks by its limit',
      pod({ resources: { limits: { memory: '2Gi' } } }),
      place(),
      'OutOfmemory',
      `${few} memory, requested: 2147483648, used: 0, capacity: 1073741824`,
    ],
    [
      'asks for itself',
      podOf({ resources: { requests: { cpu: '3' } }, containers: [asks({ cpu: '1' }) as Container] }),
      place(),
      'OutOfcpu',
      `${few} cpu, requested: 3000, used: 0, capacity: 2000`,
    ],
    [
      'asks for what the node does not have',
      pod(asks({ 'hugepages-2Mi': '4Mi' })),
      place(),
      'OutOfhugepages-2Mi',
      `${few} hugepages-2Mi, requested: 4194304, used: 0, capacity: 0`,
    ],
    [
      'asks for too much of what somebody has given the node',
      pod(asks({ 'example.com/licence': '2' })),
      withLicences(place(pod(asks({ 'example.com/licence': '2' })))),
      'OutOfexample.com/licence',
      `${few} example.com/licence, requested: 2, used: 2, capacity: 3`,
    ],
    ['has what somebody has given the node', pod(asks({ 'example.com/licence': '3' })), withLicences(place()), '', ''],
    [
      'asks for what nobody has given the node',
      pod(asks({ 'example.com/licence': '1' })),
      place(),
      'OutOfexample.com/licence',
      `${few} example.com/licence, requested: 1, used: 0, capacity: 0`,
    ],
    [
      'is one too many',
      pod({}),
      place(pod(), pod(), pod()),
      'OutOfpods',
      `${few} pods, requested: 1, used: 3, capacity: 3`,
    ],
    ['selects it', podOf({ nodeSelector: { disk: 'ssd' }, affinity: term('here') }), place(), '', ''],
    ['selects another', podOf({ nodeSelector: { disk: 'hdd' } }), place(), 'NodeAffinity', affinity],
    ['has affinity to another', podOf({ affinity: term('there') }), place(), 'NodeAffinity', affinity],
    ['finds its port free', pod(port(80)), place(pod(port(81))), '', ''],
    ['finds its port free on its address', pod(port(80, '10.0.0.1')), place(pod(port(80, '10.0.0.2'))), '', ''],
    ['finds its port taken', pod(port(80)), place(pod(port(80, '10.0.0.1'))), 'NodePorts', ports],
  ];
  for (const [what, one, where, reason, why] of table)
    it(what, () =>
      assert.deepEqual(misfit(one, where), reason === '' ? undefined : { reason, message: `Pod was rejected: ${why}` }),
    );

  it('that selects nothing need not know its labels', () => {
    assert.deepEqual([pod(), podOf({ nodeSelector: {} }), podOf({ affinity: term('x') })].map(asksNodeObject), [
      false,
      true,
      true,
    ]);
  });
});

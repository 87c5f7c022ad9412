import type { AnyObject } from '../../../api/types.js';
import { FakeLookup } from '../../auth/testing/fake-lookup.js';
import { kubelet, someone } from '../../auth/testing/requests.js';
import { type Case, judges, pod } from '../testing/fixture.js';
import { nodeRestriction } from './index.js';

const node = (metadata: object = {}, spec: object = {}): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1', uid: 'n1-uid', ...metadata },
  spec,
});
const onNode = (name: string): AnyObject => pod({ metadata: { name: `on-${name}` }, spec: { nodeName: name } });
const plugin = nodeRestriction(new FakeLookup([node(), onNode('n1'), onNode('n2')]));
const user = kubelet('n1');
const evicting = (name: string): Case => ({
  resource: 'pods/eviction',
  user,
  object: { metadata: { name, namespace: 'shop' } },
});
const mirror = { 'kubernetes.io/config.mirror': 'hash' };
const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'n1-uid' };
const here = pod({ spec: { nodeName: 'n1' } });
const there = pod({ spec: { nodeName: 'n2' } });

const mirrorPod = (metadata: object, spec: object = {}): Case => ({
  resource: 'pods',
  user,
  object: pod({ metadata: { annotations: mirror, ...metadata }, spec: { nodeName: 'n1', ...spec } }),
});
const nodeWrite = (object: AnyObject, oldObject?: AnyObject, resource = 'nodes'): Case => ({
  resource,
  user,
  namespace: '',
  operation: oldObject ? 'UPDATE' : 'CREATE',
  object,
  oldObject,
});
const lease = (name: string, namespace = 'kube-node-lease'): Case => ({
  resource: 'leases.coordination.k8s.io',
  user,
  namespace,
  object: { metadata: { name, namespace } },
});
const podChange = (resource: string, operation: Case['operation'], oldObject: AnyObject, object?: AnyObject): Case => ({
  resource,
  user,
  ...(operation ? { operation } : {}),
  oldObject,
  object,
});

const slice = (operation: 'CREATE' | 'DELETE', nodeName: string | undefined): Case => {
  const object = { ...node({ name: 's' }), spec: nodeName === undefined ? {} : { nodeName } };
  return {
    ...{ resource: 'resourceslices.resource.k8s.io', user, namespace: '', operation },
    ...(operation === 'CREATE' ? { object } : { oldObject: object }),
  };
};
const claim = (resource: string, changes: object): Case => {
  const oldObject = { ...pod({ metadata: { name: 'data' } }), kind: 'PersistentVolumeClaim', status: {} };
  return { resource, user, operation: 'UPDATE', oldObject, object: { ...oldObject, ...changes } };
};

describe('NodeRestriction', () => {
  judges(plugin, [
    ['by others, anything', { resource: 'pods', object: there }],
    [
      'by a node without a name',
      { resource: 'pods', user: someone('x', 'system:nodes'), object: here },
      /could not determine node from user "x"/,
    ],

    ['a mirror pod', mirrorPod({})],
    ['a mirror pod of its Node', mirrorPod({ ownerReferences: [owner] })],
    [
      'a pod that mirrors nothing',
      { resource: 'pods', user, object: here },
      /pod does not have "kubernetes.io\/config.mirror" annotation, node "n1" can only create mirror pods/,
    ],
    ['for another node', mirrorPod({}, { nodeName: 'n2' }), /can only create pods with spec.nodeName set to itself/],
    [
      'of another owner',
      mirrorPod({ ownerReferences: [{ ...owner, uid: 'other' }] }),
      /single owner reference set to itself/,
    ],
    ['of two owners', mirrorPod({ ownerReferences: [owner, owner] }), /single owner reference set to itself/],
    [
      'that blocks its owner',
      mirrorPod({ ownerReferences: [{ ...owner, blockOwnerDeletion: true }] }),
      /single owner reference/,
    ],
    [
      'with an account',
      mirrorPod({}, { serviceAccountName: 'x' }),
      /can not create pods that reference a service account/,
    ],
    [
      'with a secret',
      mirrorPod({}, { imagePullSecrets: [{ name: 's' }] }),
      /can not create pods that reference secrets/,
    ],
    [
      'with a config map',
      mirrorPod({}, { volumes: [{ name: 'v', configMap: { name: 'c' } }] }),
      /can not create pods that reference configmaps/,
    ],

    ['its pod', podChange('pods', 'DELETE', here)],
    ['another’s pod', podChange('pods', 'DELETE', there), /can only delete pods with spec.nodeName set to itself/],
    [
      'its pod',
      podChange('pods', 'UPDATE', here, here),
      /unexpected operation "UPDATE", node "n1" can only create and delete/,
    ],
    ['of its pod', podChange('pods/status', 'UPDATE', here, here)],
    [
      'of another’s pod',
      podChange('pods/status', 'UPDATE', there, here),
      'pods "web" is forbidden: node "n1" can only update pod status for pods with spec.nodeName set to itself',
    ],
    [
      'labels along with the status',
      podChange('pods/status', 'UPDATE', here, pod({ metadata: { labels: { app: 'x' } }, spec: { nodeName: 'n1' } })),
      /cannot update labels through pod status/,
    ],
    ['its pod', evicting('on-n1')],
    ['a pod that is no more', evicting('gone')],
    ['another’s pod', evicting('on-n2'), /can only evict pods with spec.nodeName set to itself/],
    ['itself', podChange('pods/binding', 'CREATE', here, here), /unexpected pod subresource "binding"/],

    ['itself', nodeWrite(node({ labels: { 'kubernetes.io/hostname': 'n1', 'node.kubernetes.io/x': '', mine: 'x' } }))],
    [
      'another',
      nodeWrite(node({ name: 'n2' })),
      'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
    ],
    [
      'with a label that keeps workloads apart',
      nodeWrite(node({ labels: { 'node-restriction.kubernetes.io/pci': 'yes' } })),
      /is not allowed to set the following labels: node-restriction.kubernetes.io\/pci/,
    ],
    [
      'with a role',
      nodeWrite(node({ labels: { 'node-role.kubernetes.io/control-plane': '' } })),
      /set the following labels: node-role.kubernetes.io\/control-plane/,
    ],
    ['its status', nodeWrite(node({ annotations: { a: 'b' } }), node(), 'nodes/status')],
    [
      'another’s status',
      nodeWrite(node({ name: 'n2' }), node({ name: 'n2' }), 'nodes/status'),
      /not allowed to modify node "n2"/,
    ],
    ['its reported labels', nodeWrite(node({ labels: { 'topology.kubernetes.io/zone': 'a' } }), node())],
    [
      'labels that stay',
      nodeWrite(
        node({ labels: { 'node-role.kubernetes.io/x': '' } }),
        node({ labels: { 'node-role.kubernetes.io/x': '' } }),
      ),
    ],
    [
      'without a label that keeps workloads apart',
      nodeWrite(node(), node({ labels: { 'x.node-restriction.kubernetes.io/pci': 'yes' } })),
      /is not allowed to modify labels: x.node-restriction.kubernetes.io\/pci/,
    ],
    [
      'without its taints',
      nodeWrite(node(), node({}, { taints: [{ key: 'k', effect: 'NoSchedule' }] })),
      /not allowed to modify taints/,
    ],
    [
      'with another owner',
      nodeWrite(node({ ownerReferences: [owner] }), node()),
      /not allowed to modify ownerReferences/,
    ],

    ['its own', lease('n1')],
    ['another’s', lease('n2'), /can only access node lease with the same name as the requesting node/],
    ['elsewhere', lease('n1', 'kube-system'), /can only access leases in the "kube-node-lease" system namespace/],
    ['its own', { resource: 'csinodes.storage.k8s.io', user, namespace: '', object: node() }],
    [
      'another’s',
      { resource: 'csinodes.storage.k8s.io', user, namespace: '', object: node({ name: 'n2' }) },
      /can only access CSINode with the same name as the requesting node/,
    ],
    ['of its devices', slice('CREATE', 'n1')],
    ['of another’s devices', slice('CREATE', 'n2'), /can only create ResourceSlice with the same NodeName/],
    ['of nobody’s devices', slice('CREATE', undefined), /can only create ResourceSlice with the same NodeName/],
    ['of another’s devices', slice('DELETE', 'n2'), /can only delete ResourceSlice with the same NodeName/],
    [
      'how large a claim has become',
      claim('persistentvolumeclaims/status', { status: { capacity: { storage: '2Gi' } } }),
    ],
    [
      'that a claim is bound',
      claim('persistentvolumeclaims/status', { status: { phase: 'Bound' } }),
      /may not update fields other than status.quantity and status.conditions/,
    ],
    [
      'labels of a claim',
      claim('persistentvolumeclaims/status', { metadata: { name: 'data', labels: { a: 'b' } } }),
      /may not update fields other than/,
    ],
    ['a claim', claim('persistentvolumeclaims', {}), /unexpected subresource "", only 'status' is allowed/],
    [
      'claims for its pod',
      podChange('pods/status', 'UPDATE', here, {
        ...here,
        status: { resourceClaimStatuses: [{ name: 'a', resourceClaimName: 'somebody-elses' }] },
      }),
      /cannot update resource claim statuses/,
    ],
    ['an event', { resource: 'events', user, object: { metadata: { name: 'e' } } }],
  ]);
});

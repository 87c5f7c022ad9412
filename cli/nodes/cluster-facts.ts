/**
 * What `token create` leaves in the cluster for machines that join: the rights that they need, under the names of
 * kubeadm where that has them, and a ConfigMap with the cluster's ranges. Pure.
 */
import type { AnyObject } from '../../api/types.js';
import type { ClusterConfig } from '../cluster/layout.js';
import { Failure } from '../failure.js';

const group = 'rbac.authorization.k8s.io';
export const joiners = 'system:bootstrappers:kubeadm:default-node-token';
const nodes = 'system:nodes';
export const factsName = { namespace: 'kube-system', name: 'orrery-config' };

const subject = (name: string) => ({ kind: 'Group', name, apiGroup: group });
const clusterRole = (name: string, rules: object[]): AnyObject => ({
  ...{ apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata: { name } },
  rules,
});
const clusterBinding = (name: string, role: string, ...subjects: string[]): AnyObject => ({
  ...{ apiVersion: `${group}/v1`, kind: 'ClusterRoleBinding', metadata: { name } },
  roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
  subjects: subjects.map(subject),
});

const requests = 'certificatesigningrequests';
const asking = (kind: string): string => `system:certificates.k8s.io:${requests}:${kind}`;

export type ClusterFacts = Pick<ClusterConfig, 'serviceCidr' | 'clusterCidr'>;

export const objectsForJoining = ({ serviceCidr, clusterCidr }: ClusterFacts): AnyObject[] => [
  clusterBinding('kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', joiners),
  clusterBinding('kubeadm:node-autoapprove-bootstrap', asking('nodeclient'), joiners),
  clusterBinding('kubeadm:node-autoapprove-certificate-rotation', asking('selfnodeclient'), nodes),
  clusterRole('kubeadm:get-nodes', [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }]),
  clusterBinding('kubeadm:get-nodes', 'kubeadm:get-nodes', joiners),
  // A node's kubelet serves under its own name, and its proxy has the node's identity.
  clusterRole('orrery:node-serving', [
    { apiGroups: ['certificates.k8s.io'], resources: [`${requests}/selfnodeserver`], verbs: ['create'] },
  ]),
  clusterBinding('orrery:node-serving', 'orrery:node-serving', nodes),
  {
    ...clusterBinding('orrery:node-serving-approver', 'system:certificates.k8s.io:kubelet-serving-approver'),
    subjects: [{ kind: 'ServiceAccount', name: 'certificate-controller', namespace: 'kube-system' }],
  },
  clusterBinding('orrery:node-proxies', 'system:node-proxier', nodes),
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...factsName }, data: { serviceCidr, clusterCidr } },
  {
    ...{ apiVersion: `${group}/v1`, kind: 'Role', metadata: { ...factsName } },
    rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [factsName.name], verbs: ['get'] }],
  },
  {
    ...{ apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata: { ...factsName } },
    roleRef: { apiGroup: group, kind: 'Role', name: factsName.name },
    subjects: [joiners, nodes].map(subject),
  },
];

/** Throws a Failure when they are not there. */
export function factsFrom(data: Record<string, string> = {}): ClusterFacts {
  const { serviceCidr, clusterCidr } = data;
  if (!serviceCidr || !clusterCidr)
    throw new Failure(`the ConfigMap ${factsName.namespace}/${factsName.name} does not tell the cluster's ranges.`);
  return { serviceCidr, clusterCidr };
}

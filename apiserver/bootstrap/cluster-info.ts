/**
 * Where the cluster is and by which CA it is known, for machines that have a bootstrap token and nothing else: anybody may
 * read it, and tokens sign it (controllers/bootstraptokens). Under the names of kubeadm, whose `join` looks for them.
 */
import type { AnyObject, PolicyRule } from '../../api/types.js';
import { binding, role, user } from '../auth/policy/rule.js';
import { anonymousName } from '../auth/well-known.js';

export interface ClusterInfo {
  /** 'https://10.0.0.1:6443' */
  server: string;
  /** PEM. */
  ca: string;
}

const [namespace, name, access] = ['kube-public', 'cluster-info', 'kubeadm:bootstrap-signer-clusterinfo'];
const rule: PolicyRule = { apiGroups: [''], resources: ['configmaps'], resourceNames: [name], verbs: ['get'] };

export const clusterInfoObjects = (info: ClusterInfo): AnyObject[] => [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    data: { kubeconfig: kubeconfig(info) },
  },
  ...[role(namespace, access, [rule]), binding(namespace, access, [user(anonymousName)])].map(owned),
];

/** Unlike the default policy these are the administrator's: whoever takes them away is not overruled. */
const owned = ({ metadata, ...rest }: AnyObject): AnyObject => ({
  ...rest,
  metadata: { name: metadata.name, namespace: metadata.namespace } as AnyObject['metadata'],
});

/** JSON is YAML. A server and its CA, and nobody's credentials. */
const kubeconfig = ({ server, ca }: ClusterInfo): string =>
  `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: '', cluster: { 'certificate-authority-data': Buffer.from(ca).toString('base64'), server } }],
      contexts: [],
      'current-context': '',
      preferences: {},
      users: [],
    },
    null,
    2,
  )}\n`;

/** Who in a cluster has a certificate, and what stands in it. */
import type { KubeconfigName } from './paths.js';

export interface Identity {
  commonName: string;
  organization?: string;
  usages: readonly ('serverAuth' | 'clientAuth')[];
  /** IP addresses and DNS names that the certificate is good for. */
  addresses: readonly string[];
}

/** What pods and the node itself call the API server. 10.96.0.1 is the `kubernetes` service. */
const wellKnownAddresses = [
  '127.0.0.1',
  '::1',
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  '10.96.0.1',
];

const client = (commonName: string, organization?: string): Identity => ({
  commonName,
  ...(organization === undefined ? {} : { organization }),
  usages: ['clientAuth'],
  addresses: [],
});

export interface Identities {
  apiserver: Identity;
  kubeletClient: Identity;
  frontProxyClient: Identity;
  kubelet: Identity;
  kubeconfig: Record<KubeconfigName, Identity>;
}

export function identities(nodeName: string, addresses: readonly string[]): Identities {
  const reachable = [...new Set([...addresses, ...wellKnownAddresses])].filter(address => address !== '');
  const node = `system:node:${nodeName}`;
  return {
    apiserver: { commonName: 'kube-apiserver', usages: ['serverAuth'], addresses: reachable },
    kubeletClient: client('kube-apiserver-kubelet-client', 'system:masters'),
    frontProxyClient: client('front-proxy-client'),
    kubelet: {
      commonName: node,
      organization: 'system:nodes',
      usages: ['serverAuth'],
      addresses: [...new Set([nodeName, ...reachable])],
    },
    kubeconfig: {
      admin: client('kubernetes-admin', 'system:masters'),
      controllers: client('system:kube-controller-manager'),
      scheduler: client('system:kube-scheduler'),
      kubelet: client(node, 'system:nodes'),
      proxy: client('system:kube-proxy'),
    },
  };
}

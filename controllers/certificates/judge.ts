/** What Kubernetes' own signers sign, and what is approved without anybody's help. Pure. */
import type { RequestedNames } from '../../api/certificates/request.js';

export const signers = {
  apiClient: 'kubernetes.io/kube-apiserver-client',
  kubeletClient: 'kubernetes.io/kube-apiserver-client-kubelet',
  kubeletServing: 'kubernetes.io/kubelet-serving',
} as const;

export const isOurs = (signerName: string): boolean => Object.values<string>(signers).includes(signerName);

/** How a usage may be left out: a key that is no RSA key enciphers nothing. */
const optional = ['digital signature', 'key encipherment'];

/** Why the signer does not sign this; undefined when it does. */
export function refusalOf(signerName: string, names: RequestedNames, usages: readonly string[]): string | undefined {
  if (signerName === signers.apiClient) return clientRefusal(usages);
  if (signerName === signers.kubeletClient) return nodeRefusal(names, usages, 'client auth');
  return nodeRefusal(names, usages, 'server auth');
}

function clientRefusal(usages: readonly string[]): string | undefined {
  const other = usages.find(usage => usage !== 'client auth' && !optional.includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

function nodeRefusal(names: RequestedNames, usages: readonly string[], main: 'client auth' | 'server auth') {
  if (names.organizations.length !== 1 || names.organizations[0] !== 'system:nodes') {
    return 'subject organization is not system:nodes';
  }
  const serving = main === 'server auth';
  if (serving && names.dns.length + names.ips.length === 0) return 'DNS or IP subjectAltName is required';
  if (!serving && names.dns.length > 0) return 'DNS subjectAltNames are not allowed';
  if (names.emails.length > 0) return 'Email subjectAltNames are not allowed';
  if (!serving && names.ips.length > 0) return 'IP subjectAltNames are not allowed';
  if (names.uris.length > 0) return 'URI subjectAltNames are not allowed';
  const others = usages.filter(usage => usage !== main && usage !== 'key encipherment');
  if (!usages.includes(main) || others.length !== 1 || others[0] !== 'digital signature') {
    return `usages did not match [digital signature key encipherment ${main}] or [digital signature ${main}]`;
  }
  return names.commonName.startsWith('system:node:')
    ? undefined
    : 'subject common name does not begin with system:node:';
}

export interface Recognition {
  /** The subresource of certificatesigningrequests that the requestor must be allowed to create. */
  subresource: 'selfnodeclient' | 'nodeclient' | 'selfnodeserver';
  message: string;
}

/** The ways in which a node's client certificate may be approved by itself: each asks a right of who requests it. */
export function recognize(
  spec: { signerName: string; username?: string; usages?: string[] },
  names: RequestedNames,
): Recognition[] {
  if (spec.signerName === signers.kubeletServing) return recognizeServing(spec, names);
  if (spec.signerName !== signers.kubeletClient) return [];
  if (refusalOf(spec.signerName, names, spec.usages ?? []) !== undefined) return [];
  const any: Recognition = {
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  };
  if (spec.username !== names.commonName) return [any];
  const message = 'Auto approving self kubelet client certificate after SubjectAccessReview.';
  return [{ subresource: 'selfnodeclient', message }, any];
}

/** A node that asks to serve under its own name, and no other. Nobody has this right unless an administrator gives it. */
function recognizeServing(spec: Parameters<typeof recognize>[0], names: RequestedNames): Recognition[] {
  const own = `system:node:${names.dns[0]}`;
  if (refusalOf(spec.signerName, names, spec.usages ?? []) !== undefined) return [];
  if (names.dns.length !== 1 || names.ips.length > 0 || names.commonName !== own || spec.username !== own) return [];
  const message = 'Auto approving self kubelet server certificate after SubjectAccessReview.';
  return [{ subresource: 'selfnodeserver', message }];
}

/**
 * Who may ask the kubelet what. A caller must show a client certificate of the cluster's CA. The API server is let in;
 * about anyone else the API server is asked, with a SubjectAccessReview on nodes/proxy, nodes/log and so on.
 */
import type { TLSSocket } from 'node:tls';
import type { KubeObject } from '../../api/types.js';
import type { Client, Resource } from '../../client/client.js';
import { Refusal } from './refusal.js';

export interface Caller {
  name: string;
  groups: string[];
}

interface SubjectAccessReview extends KubeObject {
  spec: {
    user: string;
    groups: string[];
    resourceAttributes: { verb: string; version: string; resource: string; subresource: string; name: string };
  };
  status?: { allowed: boolean; reason?: string };
}

const subjectAccessReviews: Resource<SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  namespaced: false,
};

/** The caller that the verified client certificate names. Throws a Refusal (401) when there is none. */
export function callerOf(socket: TLSSocket): Caller {
  const subject = socket.authorized ? socket.getPeerCertificate().subject : undefined;
  if (!subject?.CN) throw new Refusal(401, 'Unauthorized: a client certificate signed by the cluster CA is required');
  // Several O's arrive as an array, which the typings do not know.
  const organizations = subject.O as string | string[] | undefined;
  return { name: String(subject.CN), groups: [organizations ?? []].flat() };
}

/** The API server itself, by the certificate it calls kubelets with. */
export const isApiServer = (caller: Caller): boolean =>
  caller.name === 'kube-apiserver-kubelet-client' && caller.groups.includes('system:masters');

const subresources: Record<string, string> = { stats: 'stats', metrics: 'metrics', logs: 'log', spec: 'spec' };

/** What Kubernetes' kubelet asks about a request: a verb on a subresource of its node. */
export function attributesOf(method: string, pathname: string): { verb: string; subresource: string } {
  const verbs: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
  const root = pathname.split('/')[1] ?? '';
  return { verb: verbs[method] ?? 'get', subresource: subresources[root] ?? 'proxy' };
}

/** Throws a Refusal (403) unless this caller may make this request. */
export async function authorize(
  caller: Caller,
  request: { method: string; pathname: string },
  { client, nodeName }: { client: Client; nodeName: string },
): Promise<void> {
  if (isApiServer(caller)) return;
  const { verb, subresource } = attributesOf(request.method, request.pathname);
  const said = `Forbidden (user=${caller.name}, verb=${verb}, resource=nodes, subresource=${subresource})`;
  let review: SubjectAccessReview;
  try {
    const question: SubjectAccessReview = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: {
        user: caller.name,
        groups: [...caller.groups, 'system:authenticated'],
        resourceAttributes: { verb, version: 'v1', resource: 'nodes', subresource, name: nodeName },
      },
    };
    const cause = `kubelet ${nodeName} <- ${request.method} ${request.pathname} by ${caller.name}`;
    review = await client.create(subjectAccessReviews, question, { cause });
  } catch (error) {
    throw new Refusal(403, `${said}: the API server could not be asked: ${(error as Error).message}`);
  }
  if (!review.status?.allowed) throw new Refusal(403, said);
}

/**
 * Who may ask the kubelet what. A caller shows a client certificate of the cluster's CA, or a token about which the API
 * server is asked (TokenReview). The API server itself is let in; about anyone else it is asked again, with a
 * SubjectAccessReview on nodes/proxy, nodes/metrics and so on.
 */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { KubeObject } from '../../api/types.js';
import type { Client, Resource } from '../../client/client.js';
import { Refusal } from './refusal.js';

export interface Caller {
  name: string;
  groups: string[];
  uid?: string;
  extra?: Record<string, string[]>;
}

interface SubjectAccessReview extends KubeObject {
  spec: {
    user: string;
    groups: string[];
    uid?: string;
    extra?: Record<string, string[]>;
    resourceAttributes: { verb: string; version: string; resource: string; subresource: string; name: string };
  };
  status?: { allowed: boolean; reason?: string };
}

interface TokenReview extends KubeObject {
  spec: { token: string };
  status?: {
    authenticated?: boolean;
    error?: string;
    user?: { username?: string; uid?: string; groups?: string[]; extra?: Record<string, string[]> };
  };
}

const reviews = <T extends KubeObject>(group: string, plural: string, kind: string): Resource<T> => ({
  group: `${group}.k8s.io`,
  version: 'v1',
  plural,
  kind,
  namespaced: false,
});
const subjectAccessReviews = reviews<SubjectAccessReview>(
  'authorization',
  'subjectaccessreviews',
  'SubjectAccessReview',
);
const tokenReviews = reviews<TokenReview>('authentication', 'tokenreviews', 'TokenReview');

export interface Authority {
  client: Client;
  nodeName: string;
}

/** Throws a Refusal (401) when nobody vouches for the caller. */
export async function authenticate(request: IncomingMessage, authority: Authority): Promise<Caller> {
  const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return ofCertificate(request.socket as TLSSocket) ?? (await ofToken(token, authority));
}

/** The caller that the verified client certificate names. */
function ofCertificate(socket: TLSSocket): Caller | undefined {
  const subject = socket.authorized ? socket.getPeerCertificate().subject : undefined;
  if (!subject?.CN) return undefined;
  // Several O's arrive as an array, which the typings do not know.
  const organizations = subject.O as string | string[] | undefined;
  return { name: String(subject.CN), groups: [...[organizations ?? []].flat(), 'system:authenticated'] };
}

async function ofToken(token: string | undefined, { client, nodeName }: Authority): Promise<Caller> {
  if (token === undefined)
    throw new Refusal(401, 'Unauthorized: a client certificate signed by the cluster CA, or a token, is required');
  const question: TokenReview = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    metadata: {},
    spec: { token },
  };
  const cause = `kubelet ${nodeName} <- a caller with a token`;
  const { status } = await client.create(tokenReviews, question, { cause }).catch(error => {
    throw new Refusal(401, `Unauthorized: the API server could not be asked about the token: ${error.message}`);
  });
  const { username, groups = [], uid, extra } = status?.user ?? {};
  if (!status?.authenticated || !username) throw new Refusal(401, 'Unauthorized: the token is not valid');
  return { name: username, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
}

/** The API server itself, by the certificate it calls kubelets with. */
const isApiServer = (caller: Caller): boolean =>
  caller.name === 'kube-apiserver-kubelet-client' && caller.groups.includes('system:masters');

/** Whoever may do all that a node's server offers (proxy) may see these, and others may be let see them alone. */
const subresources: Record<string, readonly string[]> = {
  stats: ['stats'],
  metrics: ['metrics'],
  logs: ['log'],
  spec: ['spec'],
  checkpoint: ['checkpoint'],
  pods: ['pods', 'proxy'],
  runningpods: ['pods', 'proxy'],
  healthz: ['healthz', 'proxy'],
  configz: ['configz', 'proxy'],
};

/** What Kubernetes' kubelet asks about a request: a verb on any of these subresources of its node. */
export function attributesOf(method: string, pathname: string): { verb: string; subresources: readonly string[] } {
  const verbs: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
  const root = pathname.split('/')[1] ?? '';
  return { verb: verbs[method] ?? 'get', subresources: subresources[root] ?? ['proxy'] };
}

/** Throws a Refusal (403) unless this caller may make this request. */
export async function authorize(
  caller: Caller,
  request: { method: string; pathname: string },
  authority: Authority,
): Promise<void> {
  if (isApiServer(caller)) return;
  const { verb, subresources: any } = attributesOf(request.method, request.pathname);
  const said = `Forbidden (user=${caller.name}, verb=${verb}, resource=nodes, subresource(s)=[${any.join(' ')}])`;
  const cause = `kubelet ${authority.nodeName} <- ${request.method} ${request.pathname} by ${caller.name}`;
  try {
    for (const subresource of any) if (await isAllowed(caller, verb, subresource, authority, cause)) return;
  } catch (error) {
    throw new Refusal(403, `${said}: the API server could not be asked: ${(error as Error).message}`);
  }
  throw new Refusal(403, said);
}

async function isAllowed(
  { name, groups, uid, extra }: Caller,
  verb: string,
  subresource: string,
  { client, nodeName }: Authority,
  cause: string,
): Promise<boolean> {
  const question: SubjectAccessReview = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: {
      user: name,
      groups,
      ...(uid ? { uid } : {}),
      ...(extra ? { extra } : {}),
      resourceAttributes: { verb, version: 'v1', resource: 'nodes', subresource, name: nodeName },
    },
  };
  return (await client.create(subjectAccessReviews, question, { cause })).status?.allowed === true;
}

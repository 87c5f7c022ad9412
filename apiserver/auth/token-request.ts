/** POST serviceaccounts/NAME/token: a token of its own for whoever needs one, bound to what it is needed by. */
import { timestamp } from '../../api/clock.js';
import { badRequest, conflict, forbidden, invalid, notFound } from '../../api/status.js';
import type { AnyObject, Pod, TokenRequest } from '../../api/types.js';
import { invalidValue } from '../../api/validation/errors.js';
import type { Authorizer, CreateHandler, Lookup, RequestInfo, User } from '../contracts.js';
import { podAudiences } from './node/audiences.js';
import { nodeOf } from './node/identity.js';
import type { Binding, ObjectRef } from './tokens/claims.js';
import type { Tokens } from './tokens/tokens.js';

type Spec = Partial<NonNullable<TokenRequest['spec']>>;
type BoundRef = NonNullable<TokenRequest['spec']>['boundObjectRef'];

const defaultSeconds = 3600;
const leastSeconds = 600;
const mostSeconds = 2 ** 32;

/** Throws Invalid, NotFound (what it is bound to), Conflict (uid), BadRequest, Forbidden (a node's kubelet). */
export function tokenRequestHandler(tokens: Tokens, lookup: Lookup, authorizer: Authorizer): CreateHandler {
  return async ({ info, user, object, parent }) => {
    const { namespace, name } = info;
    const account = parent ?? lookup.get({ group: '', resource: 'serviceaccounts' }, namespace, name);
    if (!account) throw notFound({ group: '', resource: 'serviceaccounts', name });
    const spec = (object.spec ?? {}) as Spec;
    const seconds = checkedSeconds(spec);
    const audiences = spec.audiences?.length ? spec.audiences : tokens.defaultAudiences;
    const bound = resolve(lookup, namespace, name, spec.boundObjectRef ?? undefined);
    checkNode(user, info.name, bound.podObject, spec.boundObjectRef ?? undefined);
    checkNodeAudience(user, info, bound.podObject, spec, { lookup, authorizer });
    const binding: Binding = { namespace, serviceaccount: refOf(account), ...bound.claims };
    const { token, expires } = await tokens.issue(binding, audiences, seconds);
    return {
      ...object,
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { ...object.metadata, name, namespace },
      spec: { ...spec, audiences, expirationSeconds: seconds },
      status: { token, expirationTimestamp: timestamp(expires) },
    };
  };
}

function checkedSeconds(spec: Spec): number {
  const seconds = spec.expirationSeconds ?? defaultSeconds;
  const why = !Number.isInteger(seconds)
    ? 'must be a whole number of seconds'
    : seconds < leastSeconds
      ? 'may not specify a duration less than 10 minutes'
      : seconds > mostSeconds
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (why === undefined) return seconds;
  throw invalid('TokenRequest', 'authentication.k8s.io', '', [invalidValue('spec.expirationSeconds', seconds, why)]);
}

interface Resolved {
  claims: Pick<Binding, 'pod' | 'secret' | 'node'>;
  podObject?: Pod;
}

function resolve(lookup: Lookup, namespace: string, account: string, ref: BoundRef): Resolved {
  if (!ref) return { claims: {} };
  const { kind = '', apiVersion = 'v1', name = '' } = ref;
  if (apiVersion !== 'v1' || !['Pod', 'Secret', 'Node'].includes(kind)) {
    throw badRequest(`cannot bind token for object of type ${apiVersion}, Kind=${kind}`);
  }
  const resource = `${kind.toLowerCase()}s`;
  const found = lookup.get({ group: '', resource }, kind === 'Node' ? '' : namespace, name);
  if (!found) throw notFound({ group: '', resource, name });
  if (ref.uid && ref.uid !== found.metadata.uid) {
    throw conflict(
      { group: '', resource, name },
      `the UID in the bound object reference (${ref.uid}) does not match the UID in record. ` +
        'The object might have been deleted and then recreated',
    );
  }
  if (kind === 'Secret') return { claims: { secret: refOf(found) } };
  if (kind === 'Node') return { claims: { node: refOf(found) } };
  return resolvePod(lookup, account, found);
}

/** A pod's token also names the node that the pod is on, so that its user can be told where a request came from. */
function resolvePod(lookup: Lookup, account: string, object: AnyObject): Resolved {
  const pod = object as unknown as Pod;
  if ((pod.spec?.serviceAccountName ?? '') !== account) {
    throw badRequest(
      `cannot bind token for serviceaccount "${account}" to pod running with different serviceaccount name.`,
    );
  }
  const node = pod.spec?.nodeName && lookup.get({ group: '', resource: 'nodes' }, '', pod.spec.nodeName);
  return { claims: { pod: refOf(object), ...(node ? { node: refOf(node) } : {}) }, podObject: pod };
}

/** A kubelet may only ask on behalf of a pod that runs on its node. */
function checkNode(user: User, account: string, pod: Pod | undefined, ref: BoundRef): void {
  const node = nodeOf(user);
  if (node === undefined) return;
  const refuse = (why: string) => forbidden({ group: '', resource: 'serviceaccounts/token', name: account }, why);
  if (!pod) throw refuse('node requested token not bound to a pod');
  if (!ref?.uid) throw refuse('node requested token with a pod binding without a uid');
  if (pod.spec?.nodeName !== node) throw refuse('node requested token bound to a pod scheduled on a different node');
}

/** A kubelet gets tokens for those whom the pod's volumes mean them for, and for others only by a rule that says so. */
function checkNodeAudience(
  user: User,
  { namespace, name }: RequestInfo,
  pod: Pod | undefined,
  { audiences = [] }: Spec,
  { lookup, authorizer }: { lookup: Lookup; authorizer: Authorizer },
): void {
  if (nodeOf(user) === undefined || !pod) return;
  const refuse = (why: string) => forbidden({ group: '', resource: 'serviceaccounts/token', name }, why);
  if (audiences.length > 1) throw refuse('node may only request 0 or 1 audiences');
  const [audience = ''] = audiences;
  if (podAudiences(pod, lookup).has(audience)) return;
  const verb = 'request-serviceaccounts-token-audience';
  const about = { isResource: true, path: '', group: '', version: 'v1', subresource: '' };
  const verdict = authorizer.authorize(user, { ...about, verb, namespace, resource: audience, name });
  if (verdict.allowed) return;
  throw refuse(
    `audience ${JSON.stringify(audience)} not found in pod spec volume, ` +
      `${user.name} is not authorized to request tokens for this audience`,
  );
}

const refOf = (object: AnyObject): ObjectRef => ({
  name: object.metadata.name ?? '',
  uid: object.metadata.uid ?? '',
});

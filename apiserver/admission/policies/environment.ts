/** What the expressions of policies and of webhooks' conditions can ask about: the request, the object, rights. */
import {
  type Authorize,
  authorizerType,
  type Bound,
  CelAuthorizer,
  CelEnvironment,
  ResourceCheck,
  resourceCheckType,
  types,
} from '../../../api/cel/index.js';
import { addNamespace } from '../../../api/cel/libraries/library.js';
import type { AnyObject } from '../../../api/types.js';
import type { AdmissionRequest, Authorizer, Lookup } from '../../contracts.js';
import { reviewOf, type Shown } from '../webhooks/review.js';
import { mapsOf } from './messages.js';

const { bool, dyn, int, listOf, mapOf, native, object, string, timestamp } = types;

const kind = object({ group: string, version: string, kind: string });
const resource = object({ group: string, version: string, resource: string });

const request = object({
  kind,
  resource,
  subResource: string,
  requestKind: kind,
  requestResource: resource,
  requestSubResource: string,
  name: string,
  namespace: string,
  operation: string,
  userInfo: object({ username: string, uid: string, groups: listOf(string), extra: mapOf(listOf(string)) }),
  dryRun: bool,
  options: dyn,
});

const namespaceObject = object({
  metadata: object({
    name: string,
    generateName: string,
    namespace: string,
    labels: mapOf(string),
    annotations: mapOf(string),
    UID: string,
    creationTimestamp: timestamp,
    deletionTimestamp: timestamp,
    deletionGracePeriodSeconds: int,
    generation: int,
    resourceVersion: string,
    finalizers: listOf(string),
  }),
  spec: object({ finalizers: listOf(string) }),
  status: object({ phase: string }),
});

/** Where a mutating policy escapes what stands in a path: jsonpatch.escapeKey('a/b'). */
const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** `authorizer.requestResource` is one name in Kubernetes, and two in CEL: it is asked for under this one. */
const requestResource = 'authorizer__requestResource';
export const sourceOf = (expression: string): string =>
  mapsOf(expression).replace(/\bauthorizer\s*\.\s*requestResource\b/g, requestResource);

const common = {
  object: dyn,
  oldObject: dyn,
  request,
  authorizer: native(authorizerType),
  [requestResource]: native(resourceCheckType),
};

let conditions: CelEnvironment | undefined;
let policies: CelEnvironment | undefined;

/** Made when the first expression comes: most clusters have none. */
export const conditionEnvironment = (): CelEnvironment => {
  conditions ??= new CelEnvironment(common);
  return conditions;
};
export const policyEnvironment = (): CelEnvironment => {
  if (!policies) {
    policies = new CelEnvironment({ ...common, params: dyn, namespaceObject, variables: dyn });
    addNamespace(policies.env, 'jsonpatch', { 'escapeKey(string): string': escapeKey });
  }
  return policies;
};

export interface Asked {
  request: AdmissionRequest;
  shown: Shown;
}

export interface AskingOptions {
  lookup: Lookup;
  authorizer: Authorizer;
}

/** The values for a request; of a policy, with its parameters. */
export function bind(
  environment: CelEnvironment,
  { request, shown }: Asked,
  options: AskingOptions,
  params?: AnyObject,
): Bound {
  const review = reviewOf('v1', '', request, shown) as { request: Record<string, unknown> };
  const authorizer = new CelAuthorizer(authorizing(request, options.authorizer));
  const { row, info } = request;
  const asked = {
    group: row.group,
    resource: row.plural,
    subresource: info.subresource,
    namespace: info.namespace,
    name: String(review.request.name ?? ''),
  };
  return environment.bind({
    object: shown.object ?? null,
    oldObject: shown.oldObject ?? null,
    request: { subResource: '', requestSubResource: '', name: '', namespace: '', ...review.request },
    authorizer,
    [requestResource]: new ResourceCheck(authorizer, asked),
    params: params ?? null,
    namespaceObject: namespaceOf(request, options.lookup),
  });
}

function authorizing({ user }: AdmissionRequest, authorizer: Authorizer): Authorize {
  return question => {
    const none = { version: '', namespace: '', resource: '', subresource: '', name: '', group: '' };
    const info =
      'path' in question
        ? { ...none, isResource: false, path: question.path, verb: question.verb }
        : { ...none, isResource: true, path: '', version: '*', ...question };
    const account = 'path' in question ? undefined : question.serviceAccount;
    const asker = account
      ? {
          name: `system:serviceaccount:${account.namespace}:${account.name}`,
          groups: ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, 'system:authenticated'],
        }
      : user;
    const { allowed, reason } = authorizer.authorize(asker, info);
    return { allowed, reason };
  };
}

function namespaceOf({ row, info }: AdmissionRequest, lookup: Lookup): object | null {
  const found = row.namespaced ? lookup.get({ group: '', resource: 'namespaces' }, '', info.namespace) : undefined;
  if (!found) return null;
  const { uid, ...metadata } = found.metadata;
  return { metadata: { ...metadata, UID: uid }, spec: found.spec ?? {}, status: found.status ?? {} };
}

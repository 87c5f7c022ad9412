/** What the expressions of policies and of webhooks' conditions can ask about: the request, the object, rights. */
import { admissionSource, conditionVariables, policyVariables, requestResource } from '../../../api/cel/admission.js';
import { type Authorize, type Bound, CelAuthorizer, CelEnvironment, ResourceCheck } from '../../../api/cel/index.js';
import { addNamespace } from '../../../api/cel/libraries/library.js';
import type { AnyObject } from '../../../api/types.js';
import type { AdmissionRequest, Authorizer, Lookup } from '../../contracts.js';
import { reviewOf, type Shown } from '../webhooks/review.js';
import { mapsOf } from './messages.js';

/** Where a mutating policy escapes what stands in a path: jsonpatch.escapeKey('a/b'). */
const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** The expression as these environments know its names. */
export const sourceOf = (expression: string): string => admissionSource(mapsOf(expression));

let conditions: CelEnvironment | undefined;
let policies: CelEnvironment | undefined;

/** Made when the first expression comes: most clusters have none. */
export const conditionEnvironment = (): CelEnvironment => {
  conditions ??= new CelEnvironment(conditionVariables());
  return conditions;
};
export const policyEnvironment = (): CelEnvironment => {
  if (!policies) {
    policies = new CelEnvironment(policyVariables());
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

/** The types of what the expressions of admission policies, and of webhooks' conditions, can ask about. */
import type { Variables } from './environment.js';
import { authorizerType, resourceCheckType } from './libraries/authorizer.js';
import { bool, type CelType, dyn, int, listOf, mapOf, native, object, string, timestamp } from './types.js';

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

/** `authorizer.requestResource` is one name in Kubernetes, and two in CEL: it is asked for under this one. */
export const requestResource = 'authorizer__requestResource';

/** The expression as this environment knows its names. */
export const admissionSource = (expression: string): string =>
  expression.replace(/\bauthorizer\s*\.\s*requestResource\b/g, requestResource);

/** Of conditions. `of` is the type of the object, where it is known. */
export const conditionVariables = (of: CelType = dyn): Variables => ({
  object: of,
  oldObject: of,
  request,
  authorizer: native(authorizerType),
  [requestResource]: native(resourceCheckType),
});

/** Of policies: with parameters, and with variables of their own. */
export const policyVariables = (of: CelType = dyn, params: CelType = dyn): Variables => ({
  ...conditionVariables(of),
  params,
  namespaceObject,
  variables: dyn,
});

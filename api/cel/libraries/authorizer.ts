/**
 * authorizer.group('apps').resource('deployments').namespace('x').check('create').allowed(): asks, within an expression,
 * what the user of the request may do. The caller passes an `Authorize` as the variable's value (compile.ts).
 */
import type { Environment } from '@marcbachmann/cel-js/evaluator';
import { addFunctions } from './library.js';

/** A question to the authorizer; a path alone for what is no resource. */
export type Question =
  | { path: string; verb: string }
  | {
      group: string;
      resource: string;
      subresource: string;
      namespace: string;
      name: string;
      verb: string;
      serviceAccount?: { namespace: string; name: string };
    };

export type Authorize = (question: Question) => { allowed: boolean; reason: string };

/** The value of a variable of the type `authorizer`. */
export class CelAuthorizer {
  constructor(
    readonly authorize: Authorize,
    readonly serviceAccountOf?: { namespace: string; name: string },
  ) {}
}

class PathCheck {
  constructor(
    readonly from: CelAuthorizer,
    readonly path: string,
  ) {}
}

interface Asked {
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
}

class GroupCheck {
  constructor(
    readonly from: CelAuthorizer,
    readonly group: string,
  ) {}
}

/** The value of `authorizer.requestResource`, and what resource() answers. */
export class ResourceCheck {
  constructor(
    readonly from: CelAuthorizer,
    readonly asked: Asked,
  ) {}

  with(part: Partial<Asked>): ResourceCheck {
    return new ResourceCheck(this.from, { ...this.asked, ...part });
  }
}

class Decision {
  constructor(
    readonly allowed: boolean,
    readonly reason: string,
  ) {}
}

function ask({ authorize, serviceAccountOf }: CelAuthorizer, question: Question): Decision {
  const asked =
    serviceAccountOf && !('path' in question) ? { ...question, serviceAccount: serviceAccountOf } : question;
  const { allowed, reason } = authorize(asked);
  return new Decision(allowed, reason);
}

const name = 'kubernetes.authorization';
export const authorizerType = `${name}.Authorizer`;
export const resourceCheckType = `${name}.ResourceCheck`;
const [pathType, groupType, resourceType, decisionType] = [
  `${name}.PathCheck`,
  `${name}.GroupCheck`,
  resourceCheckType,
  `${name}.Decision`,
];
const nothing = { subresource: '', namespace: '', name: '' };

export function addAuthorizer(env: Environment): void {
  env.registerType(authorizerType, CelAuthorizer);
  env.registerType(pathType, PathCheck);
  env.registerType(groupType, GroupCheck);
  env.registerType(resourceType, ResourceCheck);
  env.registerType(decisionType, Decision);
  addFunctions(env, {
    [`${authorizerType}.path(string): ${pathType}`]: (from, path) => new PathCheck(from, path),
    [`${authorizerType}.group(string): ${groupType}`]: (from, group) => new GroupCheck(from, group),
    [`${authorizerType}.serviceAccount(string, string): ${authorizerType}`]: (
      from: CelAuthorizer,
      namespace,
      account,
    ) => new CelAuthorizer(from.authorize, { namespace, name: account }),
    [`${pathType}.check(string): ${decisionType}`]: ({ from, path }: PathCheck, verb) => ask(from, { path, verb }),
    [`${groupType}.resource(string): ${resourceType}`]: ({ from, group }: GroupCheck, resource) =>
      new ResourceCheck(from, { group, resource, ...nothing }),
    [`${resourceType}.subresource(string): ${resourceType}`]: (check: ResourceCheck, subresource) =>
      check.with({ subresource }),
    [`${resourceType}.namespace(string): ${resourceType}`]: (check: ResourceCheck, namespace) =>
      check.with({ namespace }),
    [`${resourceType}.name(string): ${resourceType}`]: (check: ResourceCheck, named) => check.with({ name: named }),
    [`${resourceType}.check(string): ${decisionType}`]: ({ from, asked }: ResourceCheck, verb) =>
      ask(from, { ...asked, verb }),
    [`${decisionType}.allowed(): bool`]: ({ allowed }: Decision) => allowed,
    [`${decisionType}.reason(): string`]: ({ reason }: Decision) => reason,
    [`${decisionType}.errored(): bool`]: () => false,
    [`${decisionType}.error(): string`]: () => '',
  });
}

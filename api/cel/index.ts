/** CEL: expressions in custom resources' schemas, in admission policies and in the conditions of webhooks. */
export { Budget, budgets } from './budget.js';
export { CompileError, compile, Program, RuleError } from './compile.js';
export type { Sized } from './cost.js';
export { type Bound, CelEnvironment, type Variables } from './environment.js';
export {
  type Authorize,
  authorizerType,
  CelAuthorizer,
  type Question,
  ResourceCheck,
  resourceCheckType,
} from './libraries/authorizer.js';
export type { CelType } from './types.js';
export * as types from './types.js';
export { toJson } from './values.js';

/** How a library adds its functions to an environment. */

import { EvaluationError } from '@marcbachmann/cel-js';
import type { Environment } from '@marcbachmann/cel-js/evaluator';

/** Arguments are what the signature says: the checker has seen to that. */
// biome-ignore lint/suspicious/noExplicitAny: each signature types its own arguments
type Handler = (...args: any[]) => unknown;

export const failed = (message: string): EvaluationError => new EvaluationError(message);

/** Adds functions by their signatures ('string.reverse(): string'). */
export function addFunctions(env: Environment, functions: Record<string, Handler>): void {
  for (const [signature, handler] of Object.entries(functions))
    env.registerFunction(signature, handler, { async: false });
}

/**
 * A name before a function ('sets.contains(a, b)'): a constant of a type of its own, with the functions as methods.
 * The signatures are without the name ('contains(list, list): bool').
 */
export function addNamespace(env: Environment, name: string, functions: Record<string, Handler>): void {
  class Namespace {}
  const type = `kubernetes.${name}.Namespace`;
  env.registerType(type, Namespace);
  env.registerConstant(name, type, new Namespace());
  for (const [signature, handler] of Object.entries(functions)) {
    env.registerFunction(`${type}.${signature}`, (_self: unknown, ...args: unknown[]) => handler(...args), {
      async: false,
    });
  }
}

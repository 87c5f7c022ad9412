/** optMap and optFlatMap: something made of a value, if there is one. */
import { EvaluationError, Optional } from '@marcbachmann/cel-js';
import type { Environment } from '@marcbachmann/cel-js/evaluator';

/** The parts of cel-js that a macro sees; its typings leave them out. */
interface Checker {
  check(node: Node, context: Context): TypeDeclaration;
  getType(name: string): TypeDeclaration;
  registry: { getOptionalType(of: TypeDeclaration): TypeDeclaration };
}
interface TypeDeclaration {
  kind: string;
  valueType?: TypeDeclaration;
}
interface Node {
  op: string;
  args: unknown;
}
interface Context {
  forkWithVariable(name: string, type: TypeDeclaration): Context;
  reuse(context: Context): Context;
  setIterValue(value: unknown, evaluator: Evaluator): Context;
}
interface Evaluator {
  run(node: Node, context: Context): unknown;
}
interface Macro {
  receiver: Node;
  name: string;
  body: Node;
  inner?: Context;
}

const expand =
  (flat: boolean) =>
  ({ receiver, args }: { receiver: Node; args: [Node, Node] }) => {
    if (args[0].op !== 'id') throw new EvaluationError('the first argument of optMap must be the name of a variable');
    return {
      receiver,
      name: args[0].args as string,
      body: args[1],
      typeCheck(checker: Checker, macro: Macro, context: Context): TypeDeclaration {
        const of = checker.check(macro.receiver, context);
        macro.inner = context.forkWithVariable(macro.name, of.valueType ?? checker.getType('dyn'));
        const made = checker.check(macro.body, macro.inner);
        return flat ? made : checker.registry.getOptionalType(made);
      },
      evaluate(evaluator: Evaluator, macro: Macro, context: Context): unknown {
        const value = evaluator.run(macro.receiver, context);
        if (!(value instanceof Optional)) throw new EvaluationError('optMap is asked of a value that is not optional');
        if (!value.hasValue()) return Optional.none();
        const inner = (macro.inner as Context).reuse(context).setIterValue(value.value(), evaluator);
        const made = evaluator.run(macro.body, inner);
        return flat ? made : Optional.of(made);
      },
    };
  };

export function addOptionalMacros(env: Environment): void {
  env.registerFunction('optional.optMap(ast, ast): optional<dyn>', expand(false), { async: false });
  env.registerFunction('optional.optFlatMap(ast, ast): optional<dyn>', expand(true), { async: false });
}

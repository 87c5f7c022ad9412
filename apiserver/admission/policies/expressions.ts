/** The expressions of one policy or webhook, compiled; asked about one request after the other. */
import { type Bound, Budget, type CelEnvironment, compile, type Program, RuleError } from '../../../api/cel/index.js';
import { sourceOf } from './environment.js';

interface Named {
  name: string;
  expression: string;
}

/** Throws CompileError. */
export const compileIn = (environment: CelEnvironment, expression: string, returns?: readonly string[]): Program =>
  compile(environment, sourceOf(expression), returns);

const withoutStrings = (source: string): string => source.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '""');

/** The variables that an expression reads. */
const readBy = ({ source }: Program): string[] =>
  [...withoutStrings(source).matchAll(/\bvariables\s*\.\s*\??\s*([A-Za-z_]\w*)/g)].map(([, name]) => name as string);

/** Asks about one request. Variables are worked out when the first expression that reads them is asked, once. */
export class Questions {
  readonly #budget = new Budget();
  readonly #values = new Map<string, unknown>();
  readonly #failures = new Map<string, RuleError>();

  constructor(
    private readonly bound: Bound,
    private readonly variables: ReadonlyMap<string, Program> = new Map(),
  ) {
    bound.set('variables', this.#values);
  }

  /** Throws RuleError. */
  ask(program: Program): unknown {
    for (const name of readBy(program)) this.#workOut(name);
    return program.evaluate(this.bound, this.#budget);
  }

  #workOut(name: string): void {
    const failure = this.#failures.get(name);
    if (failure) throw failure;
    const program = this.variables.get(name);
    if (!program || this.#values.has(name)) return;
    try {
      this.#values.set(name, this.ask(program));
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      const told = new RuleError(`composited variable ${JSON.stringify(name)} fails to evaluate: ${error.message}`);
      this.#failures.set(name, told);
      throw told;
    }
  }
}

export interface Condition extends Named {
  program: Program;
}

export const compileConditions = (environment: CelEnvironment, conditions: readonly Named[] | undefined): Condition[] =>
  (conditions ?? []).map(({ name, expression }) => ({
    name,
    expression,
    program: compileIn(environment, expression, ['bool']),
  }));

/** False when one of them says no, whatever the others do; throws the RuleError of one that cannot say. */
export function meetsAll(conditions: readonly Condition[], questions: Questions): boolean {
  let failure: RuleError | undefined;
  for (const { program } of conditions) {
    try {
      if (questions.ask(program) === false) return false;
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return true;
}

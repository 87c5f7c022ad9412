/** From the text of an expression to a program that answers, within a budget. */
import type { ParseResult } from '@marcbachmann/cel-js';
import { Budget, BudgetExceeded } from './budget.js';
import { costOf, type Sized } from './cost.js';
import type { Cost } from './cost-range.js';
import type { Bound, CelEnvironment } from './environment.js';
import { missingField } from './has-fields.js';
import { type Meter, metered } from './meter.js';
import { type CelError, compileMessage, evaluationMessage } from './words.js';

/** Longer expressions are refused unread. */
const longest = 64 * 1024;

/** An expression that cannot be compiled. The message is what follows "compilation failed: ". */
export class CompileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CompileError';
  }
}

/** An expression that has no answer: 'no such key: x', 'division by zero', or BudgetExceeded's message. */
export class RuleError extends Error {
  constructor(
    message: string,
    /** The budget is spent: nothing more should be asked of it. */
    readonly outOfBudget = false,
  ) {
    super(message);
    this.name = 'RuleError';
  }
}

export class Program {
  constructor(
    readonly source: string,
    /** As CEL calls it: 'bool', 'string', 'dyn', ... */
    readonly type: string,
    private readonly run: ParseResult,
    private readonly meter: Meter,
  ) {}

  /** What an evaluation may cost at most, of variables so large. */
  cost(variables: ReadonlyMap<string, Sized>): Cost {
    return costOf(this.run.ast, variables);
  }

  /** The names of the variables that the expression reads. */
  reads(name: string): boolean {
    return new RegExp(`(?<![\\w.])${name}(?!\\w)`).test(withoutStrings(this.source));
  }

  /** The answer as CEL has it: integers are BigInt (see values.ts). Throws RuleError. */
  evaluate(values: Bound, budget: Budget = new Budget()): unknown {
    budget.begin();
    this.meter.budget = budget;
    try {
      const answer: unknown = this.run(values);
      // CEL's || and && forgive errors of one side: not this one.
      if (budget.exceeded) throw new BudgetExceeded();
      return answer;
    } catch (error) {
      if (budget.exceeded) throw new RuleError(new BudgetExceeded().message, true);
      throw new RuleError(evaluationMessage(error as CelError));
    } finally {
      this.meter.budget = undefined;
    }
  }
}

/** Strings within an expression say nothing about variables. */
const withoutStrings = (source: string): string => source.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '""');

/** `returns` are the types that will do ('bool'); anything when it is left out. Throws CompileError. */
export function compile(environment: CelEnvironment, source: string, returns?: readonly string[]): Program {
  if (source.length > longest) throw new CompileError(`the expression has more than ${longest} characters`);
  const run = parse(environment, source);
  const checked = run.check();
  if (!checked.valid) throw new CompileError(compileMessage(source, checked.error as CelError));
  const missing = missingField(run.ast, environment);
  if (missing) throw new CompileError(compileMessage(source, missing));
  const type = checked.type ?? 'dyn';
  if (returns && type !== 'dyn' && !returns.includes(type)) {
    throw new CompileError(`must evaluate to ${returns.join(' or ')}`);
  }
  return new Program(source, type, run, metered(run.ast));
}

function parse(environment: CelEnvironment, source: string): ParseResult {
  try {
    return environment.env.parse(source);
  } catch (error) {
    throw new CompileError(compileMessage(source, error as CelError));
  }
}

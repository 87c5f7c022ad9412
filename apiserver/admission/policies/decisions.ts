/** What a policy says of one request, with one set of parameters. */
import { type Program, RuleError } from '../../../api/cel/index.js';
import { meetsAll, type Questions } from './expressions.js';
import type { Policy, Rule } from './policies.js';

export interface Refusal {
  message: string;
  reason: string;
  /** The place among the validations; absent when the policy could not be asked at all. */
  index?: number;
}

export interface Judged {
  refusals: Refusal[];
  /** For the audit log, under the policy's name. */
  annotations: Record<string, string>;
}

const nothing: Judged = { refusals: [], annotations: {} };

/** What cannot be worked out is a refusal, or nothing, as the policy says (failurePolicy). */
export const failed = ({ spec }: Policy, message: string, index?: number): Refusal[] =>
  spec.failurePolicy === 'Ignore' ? [] : [{ message, reason: 'Invalid', ...(index === undefined ? {} : { index }) }];

export function judge(policy: Policy, questions: Questions): Judged {
  if (policy.broken !== undefined) return { refusals: failed(policy, policy.broken), annotations: {} };
  try {
    if (!meetsAll(policy.conditions, questions)) return nothing;
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { refusals: failed(policy, error.message), annotations: {} };
  }
  const judged: Judged = { refusals: [], annotations: {} };
  policy.rules.forEach((rule, index) => {
    judged.refusals.push(...judgeRule(policy, rule, index, questions));
  });
  for (const { key, program } of policy.annotations) {
    const value = textOf(program, questions);
    if (value instanceof RuleError) judged.refusals.push(...failed(policy, value.message));
    else if (value !== undefined) judged.annotations[key] = value;
  }
  return judged;
}

function judgeRule(policy: Policy, rule: Rule, index: number, questions: Questions): Refusal[] {
  const { validation } = rule;
  const expression = validation.expression.trim();
  try {
    if (questions.ask(rule.program) === true) return [];
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return failed(policy, `expression '${expression}' resulted in error: ${error.message}`, index);
  }
  const message = messageOf(rule, questions) ?? (validation.message?.trim() || `failed expression: ${expression}`);
  return [{ message, reason: validation.reason || 'Invalid', index }];
}

/** A message that cannot be worked out, or is none, is not told. */
function messageOf({ message }: Rule, questions: Questions): string | undefined {
  const text = message && textOf(message, questions);
  if (typeof text !== 'string') return undefined;
  const trimmed = text.trim();
  return trimmed === '' || /[\n\r]/.test(trimmed) ? undefined : trimmed;
}

function textOf(program: Program, questions: Questions): string | undefined | RuleError {
  try {
    const answer = questions.ask(program);
    return typeof answer === 'string' ? answer : undefined;
  } catch (error) {
    if (error instanceof RuleError) return error;
    throw error;
  }
}

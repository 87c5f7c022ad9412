/** Regular expressions in RE2's syntax, in time linear in the text: an expression must not hold the server up. */
import type { Environment } from '@marcbachmann/cel-js/evaluator';
import { compilePattern } from '../../validation/pattern.js';
import { addFunctions, failed } from './library.js';

function compiled(pattern: string): NonNullable<ReturnType<typeof compilePattern>['regex']> {
  const { regex, error } = compilePattern(pattern);
  if (regex) return regex;
  throw failed(error);
}

export const matches = (text: string, pattern: string): boolean => compiled(pattern).matcher(text).find();

function find(text: string, pattern: string): string {
  const matcher = compiled(pattern).matcher(text);
  return matcher.find() ? (matcher.group() ?? '') : '';
}

function findAll(text: string, pattern: string, most = -1n): string[] {
  const matcher = compiled(pattern).matcher(text);
  const found: string[] = [];
  while ((most < 0n || found.length < Number(most)) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

/** `matches` itself is CEL's own, by JavaScript's engine: compile.ts puts ours in its place. */
export function addRegex(env: Environment): void {
  addFunctions(env, {
    'string.find(string): string': find,
    'string.findAll(string): list<string>': (text, pattern) => findAll(text, pattern),
    'string.findAll(string, int): list<string>': findAll,
  });
}

/**
 * Regular expressions of users, in RE2's syntax and in time linear in the text: JavaScript's own engine can be made to
 * search for years by a pattern of twenty characters.
 */
import { RE2JS, RE2JSSyntaxException } from 're2js';

export type CompiledPattern = { regex: RE2JS; error?: undefined } | { regex?: undefined; error: string };

const kept = new Map<string, CompiledPattern>();
/** Patterns come from schemas and rules, of which there are few. */
const mostKept = 1000;

/** The same pattern is compiled once. `error` is in Go's words: 'error parsing regexp: missing closing ]: `[`'. */
export function compilePattern(pattern: string): CompiledPattern {
  const known = kept.get(pattern);
  if (known) return known;
  if (kept.size >= mostKept) kept.clear();
  const made = compile(pattern);
  kept.set(pattern, made);
  return made;
}

function compile(pattern: string): CompiledPattern {
  try {
    return { regex: RE2JS.compile(pattern) };
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    return { error: error.message };
  }
}

/** Does the pattern match somewhere in the text? A pattern that cannot be read matches nothing. */
export const patternMatches = (pattern: string, text: string): boolean =>
  compilePattern(pattern).regex?.matcher(text).find() ?? false;

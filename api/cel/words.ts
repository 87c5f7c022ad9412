/** What is wrong with an expression, in the words of Kubernetes' compiler. */
interface Range {
  start: number;
  end: number;
}

/** An error of cel-js. */
export interface CelError {
  code?: string;
  summary?: string;
  message: string;
  range?: Range;
  node?: { op?: string; args?: unknown };
}

/** 'ERROR: <input>:1:5: undefined field 'x'', the line, and a mark below the place. */
export function compileMessage(source: string, error: CelError): string {
  const at = placeOf(source, error);
  const before = source.slice(0, at).split('\n');
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  const text = source.split('\n')[line - 1] ?? '';
  return `ERROR: <input>:${line}:${column}: ${wordsFor(error)}\n | ${text}\n | ${'.'.repeat(column - 1)}^`;
}

const operators: Record<string, string> = { in: '@in', '[]': '_[_]', '!': '!_', '-_': '-_', '?:': '_?_:_' };
const operatorName = (op: string): string => operators[op] ?? `_${op}_`;

function wordsFor({ code, summary = '', message }: CelError): string {
  const said = summary || (message.split('\n')[0] ?? '');
  const binary = /^no such overload: (.+) (==|!=|in|\+|-|\*|\/|%|<=?|>=?) (.+)$/.exec(said);
  const unary = /^no such overload: ([!-])(.+)$/.exec(said);
  const call = /^found no matching overload for '(?:(.+)\.)?(\w+)\((.*)\)'$/.exec(said);
  if (code === 'unknown_variable')
    return `undeclared reference to '${said.replace(/^Unknown variable: /, '')}' (in container '')`;
  if (code === 'no_such_key') return `undefined field '${said.replace(/^No such key: /, '')}'`;
  if (binary)
    return `found no matching overload for '${operatorName(binary[2] as string)}' applied to '(${typeName(binary[1])}, ${typeName(binary[3])})'`;
  if (unary) return `found no matching overload for '${unary[1]}_' applied to '(${typeName(unary[2])})'`;
  if (call)
    return `found no matching overload for '${call[2]}' applied to '${call[1] ? `${typeName(call[1])}.` : ''}(${call[3]})'`;
  if (code === 'invalid_condition_type' || code === 'invalid_logical_operand') {
    const type = /got '(.*)'/.exec(said)?.[1];
    return `expected type 'bool' but found '${typeName(type)}'`;
  }
  if (code?.includes('token') || code === 'parse_error')
    return `Syntax error: ${said.charAt(0).toLowerCase()}${said.slice(1)}`;
  return said;
}

const typeName = (type = ''): string => type.replace(/^dyn<(.*)>$/, '$1');

/** Where the mark goes: at the dot of a field, and at an operator between its operands. */
function placeOf(source: string, { code, range, node }: CelError): number {
  if (!range) return 0;
  if (code === 'no_such_key' && source[range.start - 1] === '.') return range.start - 1;
  const args = node?.args as [{ end?: number }, { start?: number }] | undefined;
  if (code === 'no_such_overload' && Array.isArray(args) && args[0]?.end !== undefined) {
    const between = source.slice(args[0].end, args[1]?.start);
    return args[0].end + Math.max(0, between.search(/[^\s()]/));
  }
  return Math.min(range.start, source.length);
}

/** What went wrong while an expression was evaluated. */
export function evaluationMessage({ code, summary, message }: CelError): string {
  const said = summary || (message.split('\n')[0] ?? '');
  if (code === 'no_such_key') return said.replace(/^No such key: /, 'no such key: ');
  if (code === 'index_out_of_bounds') return `index out of bounds: ${/index (-?\d+)/.exec(said)?.[1] ?? ''}`;
  if (code === 'modulo_by_zero') return 'modulus by zero';
  if (code === 'numeric_overflow') return 'integer overflow';
  if (code === 'no_such_overload' || code === 'no_matching_overload') return 'no such overload';
  return said;
}

/**
 * kubectl's JSONPath templates as a tree: text outside braces stands as it is; inside them are paths, quoted text, and
 * `range` ... `end`. (kubernetes.io/docs/reference/kubectl/jsonpath describes the language.)
 */

/** A template that cannot be read, or that leads beyond the end of a list. */
export class JsonPathError extends Error {}

export type Step =
  | { step: 'field'; name: string }
  | { step: 'wildcard' }
  | { step: 'recursive' }
  | { step: 'index'; index: number }
  | { step: 'slice'; from: number | undefined; to: number | undefined; by: number }
  | { step: 'union'; steps: Step[] }
  | { step: 'filter'; left: Operand; operator: Operator | undefined; right: Operand | undefined };

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Operand = { path: Step[]; root: boolean } | { literal: string | number | boolean | null };

export type Part =
  | { part: 'text'; text: string }
  | { part: 'path'; path: Step[]; root: boolean }
  | { part: 'range'; path: Step[]; root: boolean; body: Part[] };

/** Throws a JsonPathError that says where the template is wrong. A template without braces is one path. */
export function parseTemplate(template: string): Part[] {
  const text = template.includes('{')
    ? template
    : `{${template.startsWith('.') || template.startsWith('$') ? '' : '.'}${template}}`;
  const open: { parts: Part[]; range?: Part & { part: 'range' } }[] = [{ parts: [] }];
  let at = 0;
  while (at < text.length) {
    const brace = text.indexOf('{', at);
    const parts = (open.at(-1) as { parts: Part[] }).parts;
    if (brace !== at) parts.push({ part: 'text', text: text.slice(at, brace < 0 ? undefined : brace) });
    if (brace < 0) break;
    const end = closingBrace(text, brace);
    const inside = text.slice(brace + 1, end).trim();
    at = end + 1;
    if (inside === 'end') {
      const range = open.pop()?.range;
      if (!range || open.length === 0)
        throw new JsonPathError(`error parsing jsonpath ${template}: {end} without {range}`);
    } else if (/^range\s/.test(inside)) {
      const range = { part: 'range' as const, ...pathIn(inside.slice(5).trim(), template), body: [] };
      parts.push(range);
      open.push({ parts: range.body, range });
    } else parts.push(...expression(inside, template));
  }
  if (open.length > 1) throw new JsonPathError(`error parsing jsonpath ${template}: {range} without {end}`);
  return open[0]?.parts ?? [];
}

function closingBrace(text: string, from: number): number {
  let quote = '';
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '\\') at += 1;
    else if (quote) quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '}') return at;
  }
  throw new JsonPathError(`error parsing jsonpath ${text}: unclosed action`);
}

function expression(inside: string, template: string): Part[] {
  if (/^["']/.test(inside)) return [{ part: 'text', text: unquote(inside) }];
  return [{ part: 'path', ...pathIn(inside, template) }];
}

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r' };
const unquote = (quoted: string): string =>
  quoted.slice(1, -1).replace(/\\(.)/g, (_, char: string) => escapes[char] ?? char);

function pathIn(text: string, template: string): { path: Step[]; root: boolean } {
  const reader = new PathReader(text, template);
  const result = reader.path();
  if (!reader.atEnd()) reader.fail();
  return result;
}

/** Reads one path from left to right. */
class PathReader {
  #at = 0;
  constructor(
    readonly text: string,
    readonly template: string,
  ) {}

  atEnd = (): boolean => this.#at >= this.text.length;

  fail(): never {
    throw new JsonPathError(
      `error parsing jsonpath ${this.template}: cannot understand "${this.text.slice(this.#at)}"`,
    );
  }

  path(): { path: Step[]; root: boolean } {
    const root = this.#take(/^\$/) !== undefined;
    this.#take(/^@/);
    const path: Step[] = [];
    while (!this.atEnd()) {
      const next = this.#step(path.length === 0);
      if (next.length === 0) break;
      path.push(...next);
    }
    return { path, root };
  }

  #step(first: boolean): Step[] {
    if (this.#take(/^\.\./)) {
      const field = this.#field();
      return [{ step: 'recursive' }, ...(field ? [field] : [])];
    }
    if (this.#take(/^\.(?=\[|$)/)) return this.text[this.#at] === '[' ? [this.#bracket()] : [];
    if (this.#take(/^\./)) return [this.#field() ?? this.fail()];
    if (this.text[this.#at] === '[') return [this.#bracket()];
    const field = first ? this.#field() : undefined;
    return field ? [field] : [];
  }

  #field(): Step | undefined {
    if (this.#take(/^\*/)) return { step: 'wildcard' };
    const name = this.#take(/^(?:\\.|[^.[\]{}\s'"=!<>()@$*,])+/);
    return name === undefined ? undefined : { step: 'field', name: name.replace(/\\(.)/g, '$1') };
  }

  #bracket(): Step {
    this.#take(/^\[\s*/);
    if (this.#take(/^\?\s*\(\s*/)) return this.#filter();
    const steps: Step[] = [];
    do steps.push(this.#element());
    while (this.#take(/^\s*,\s*/));
    this.#take(/^\s*\]/) ?? this.fail();
    return steps.length === 1 ? (steps[0] as Step) : { step: 'union', steps };
  }

  #element(): Step {
    if (this.#take(/^\*/)) return { step: 'wildcard' };
    const quoted = this.#take(/^(?:'(?:\\.|[^'])*'|"(?:\\.|[^"])*")/);
    if (quoted !== undefined) return { step: 'field', name: unquote(quoted) };
    const slice = this.#take(/^-?\d*:-?\d*(?::-?\d+)?/);
    if (slice !== undefined) {
      const [from, to, by] = slice.split(':').map(text => (text === '' ? undefined : Number(text)));
      return { step: 'slice', from, to, by: by ?? 1 };
    }
    const index = this.#take(/^-?\d+/);
    return index === undefined ? this.fail() : { step: 'index', index: Number(index) };
  }

  #filter(): Step {
    const left = this.#operand();
    const operator = this.#take(/^\s*(?:==|!=|<=|>=|<|>)\s*/)?.trim() as Operator | undefined;
    const right = operator === undefined ? undefined : this.#operand();
    this.#take(/^\s*\)\s*\]/) ?? this.fail();
    return { step: 'filter', left, operator, right };
  }

  #operand(): Operand {
    const quoted = this.#take(/^(?:'(?:\\.|[^'])*'|"(?:\\.|[^"])*")/);
    if (quoted !== undefined) return { literal: unquote(quoted) };
    const word = this.#take(/^(?:true|false|null|-?\d+(?:\.\d+)?)(?=[\s)])/);
    if (word !== undefined) return { literal: JSON.parse(word) as number | boolean | null };
    return this.path();
  }

  /** What the pattern matches here, and moves past it. */
  #take(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.text.slice(this.#at))?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found;
  }
}

/**
 * YAML as kubectl reads it: YAML 1.1's booleans (yes, no, on, off; y and n stay words, as coordinates and keys are
 * often called so) and octals (0644), but neither sexagesimals nor dates, and every mapping has strings for keys. What comes out is plain JSON: no value is shared by aliases.
 */
import {
  CORE_SCHEMA,
  DEFAULT_SCALAR_STYLE_RULES,
  defineScalarTag,
  dump,
  load,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  SCALAR_STYLE,
  type ScalarStyleRule,
  YAMLException,
} from 'js-yaml';
import { isObject, type JsonObject, own, put } from './json.js';

/** Where and why a text is not YAML. Lines and columns count from 1. */
export class YamlError extends Error {
  constructor(
    readonly reason: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`yaml: line ${line}, column ${column}: ${reason}`);
    this.name = 'YamlError';
  }
}

/** More values than this, aliases written out, and the text is refused: a "billion laughs" is short, its meaning is not. */
const maxValues = 1_000_000;
const maxDepth = 500;

const words = new Map<string, boolean>();
for (const word of ['yes', 'true', 'on']) for (const form of forms(word)) words.set(form, true);
for (const word of ['no', 'false', 'off']) for (const form of forms(word)) words.set(form, false);

function forms(word: string): string[] {
  return [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)];
}

const bool = defineScalarTag<boolean>('tag:yaml.org,2002:bool', {
  implicit: true,
  implicitFirstChars: [...'yYnNtTfFoO'],
  resolve: source => words.get(source) ?? NOT_RESOLVED,
  identify: value => typeof value === 'boolean',
});

const bases: [RegExp, number][] = [
  [/^[-+]?0b([01]+)$/, 2],
  [/^[-+]?0o([0-7]+)$/, 8],
  [/^[-+]?0x([0-9a-fA-F]+)$/, 16],
  [/^[-+]?0([0-7]+)$/, 8],
  [/^[-+]?(0|[1-9][0-9]*)$/, 10],
];

function integer(source: string): number | typeof NOT_RESOLVED {
  const digits = source.replaceAll('_', '');
  for (const [pattern, base] of bases) {
    const found = pattern.exec(digits);
    if (found?.[1]) return (source.startsWith('-') ? -1 : 1) * Number.parseInt(found[1], base);
  }
  return NOT_RESOLVED;
}

const int = defineScalarTag<number>('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: [...'-+0123456789'],
  resolve: source => (source.startsWith('_') ? NOT_RESOLVED : integer(source)),
  identify: value => Number.isInteger(value) && !Object.is(value, -0),
});

const schema = CORE_SCHEMA.withTags(bool, int, mergeTag);

/** The one document of the text; null of a text that says nothing. Throws YamlError. */
export const parseYaml = (text: string): unknown =>
  placed(text, () => (saysNothing(text) ? null : plain(load(text, { schema, maxDepth }))));

const saysNothing = (text: string): boolean => text.split('\n').every(line => /^\s*(#|$)/.test(line));

/** Every document that is not empty, in order. Throws YamlError. */
export const parseYamlDocuments = (text: string): unknown[] =>
  placed(text, () =>
    loadAll(text, { schema, maxDepth })
      .filter(document => document !== null && document !== undefined)
      .map(document => plain(document)),
  );

/** Go's habit: words that would be read as numbers, booleans or times stand in double quotes; other quotes are single. */
const quoteLikeGo: ScalarStyleRule = layout => {
  const mayBePlain = (layout.allowedStylesMask & (1 << SCALAR_STYLE.PLAIN)) !== 0;
  if (!mayBePlain && /^[\w.+:~-]*$/.test(layout.node.value) && layout.node.value !== '-') {
    layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
  }
};

/** As `kubectl get -o yaml` writes it: keys in order, lists at the indent of their key; long lines stay whole. */
export const toYaml = (value: unknown): string =>
  dump(value, {
    sortKeys: true,
    lineWidth: -1,
    seqNoIndent: true,
    scalarStyleRules: [quoteLikeGo, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)],
  });

function placed<T>(text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { line, column } = error.mark ?? { line: text.split('\n').length - 1, column: 0 };
    throw new YamlError(error.reason, line + 1, column + 1);
  }
}

/** A copy without sharing, whose mappings are plain objects with string keys. */
function plain(document: unknown): unknown {
  let values = 0;
  const copy = (value: unknown, depth: number): unknown => {
    values += 1;
    if (values > maxValues) throw new YamlError(`document contains excessive aliasing: over ${maxValues} values`, 1, 1);
    if (depth > maxDepth) throw new YamlError(`document is nested over ${maxDepth} levels deep`, 1, 1);
    if (Array.isArray(value)) return value.map(item => copy(item, depth + 1));
    if (!isObject(value)) return value;
    const result: JsonObject = {};
    for (const key of Object.keys(value)) put(result, key, copy(own(value, key), depth + 1));
    return result;
  };
  return copy(document, 0);
}

import assert from 'node:assert/strict';
import { parseYaml, parseYamlDocuments, toYaml, YamlError } from './yaml.js';

describe('YAML, as kubectl reads it', () => {
  const table: [string, unknown][] = [
    ['a: yes', { a: true }],
    ['a: Off', { a: false }],
    ['a: "yes"', { a: 'yes' }],
    ['a: 0644', { a: 420 }],
    ['a: 0o644', { a: 420 }],
    ['a: 0x1F', { a: 31 }],
    ['a: 1_000', { a: 1000 }],
    ['a: -7', { a: -7 }],
    ['a: 1.5', { a: 1.5 }],
    ['a: 12:30', { a: '12:30' }],
    ['a: 2026-01-02', { a: '2026-01-02' }],
    ['a: 089', { a: 89 }],
    ['a: ~', { a: null }],
    ['a:', { a: null }],
    ['', null],
    ['# nothing\n# at all\n', null],
    ['1: x', { '1': 'x' }],
    ['base: &b {x: 1}\nuse: {<<: *b, y: 2}', { base: { x: 1 }, use: { x: 1, y: 2 } }],
    ['a: |\n  one\n  two\n', { a: 'one\ntwo\n' }],
  ];
  for (const [text, value] of table) {
    it(JSON.stringify(text), () => assert.deepEqual(parseYaml(text), value));
  }

  it('reads several documents and leaves out the empty ones', () => {
    assert.deepEqual(parseYamlDocuments('---\na: 1\n---\n# nothing\n---\nb: 2\n'), [{ a: 1 }, { b: 2 }]);
  });

  it('says line and column of what is wrong', () => {
    assert.throws(
      () => parseYaml('a: 1\nb: [1, 2\nc: 3\n'),
      (error: unknown) => error instanceof YamlError && error.line >= 2 && error.column >= 1,
    );
    assert.throws(() => parseYaml('a: 1\na: 2\n'), /duplicate/);
  });

  it('refuses a billion laughs and bottomless nesting, quickly', () => {
    const laughs = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (let i = 0; i < 9; i += 1) {
      const [from, to] = ['abcdefghij'[i], 'abcdefghij'[i + 1]];
      laughs.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(',')}]`);
    }
    assert.throws(() => parseYaml(laughs.join('\n')), /excessive aliasing/);
    assert.throws(() => parseYaml('['.repeat(100_000)), YamlError);
  });

  it('keeps __proto__ an ordinary key', () => {
    const value = parseYaml('__proto__: {polluted: true}') as Record<string, unknown>;
    assert.deepEqual(Object.keys(value), ['__proto__']);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });
});

describe('YAML, as kubectl writes it', () => {
  it('sorts keys, keeps lists at the indent of their key, and can be read back', () => {
    const value = { b: [{ k: 1, x: 'yes' }], a: 'text' };
    assert.equal(toYaml(value), 'a: text\nb:\n- k: 1\n  x: "yes"\n');
    assert.deepEqual(parseYaml(toYaml(value)), value);
  });
});

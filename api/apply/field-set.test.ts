import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  difference,
  type FieldSet,
  type GrowingSet,
  hasPath,
  insert,
  intersection,
  isEmptySet,
  paths,
  recursiveDifference,
  sameSet,
  union,
} from './field-set.js';
import { canonicalElement, compareElements, elementText } from './path-element.js';

const element = fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', 'v:"s"', 'i:0');
const path = fc.array(element, { minLength: 1, maxLength: 4 });
const listed = fc.array(path, { maxLength: 12 });

const setOf = (members: readonly (readonly string[])[]): FieldSet => {
  const set: GrowingSet = {};
  for (const member of members) insert(set, member);
  return set;
};
/** The members as a plain set of texts: what the tree is compared with. */
const members = (set: FieldSet): string[] => [...paths(set)].sort();
const text = (elements: readonly string[]): string => elements.map(elementText).join('');
const textsOf = (list: readonly (readonly string[])[]): Set<string> => new Set(list.map(text));
const sorted = (texts: Iterable<string>): string[] => [...texts].sort();

describe('field sets', () => {
  it('hold what was inserted, and nothing else', () => {
    fc.assert(
      fc.property(listed, path, (list, other) => {
        const set = setOf(list);
        assert.deepEqual(members(set), sorted(textsOf(list)));
        assert.equal(hasPath(set, other), textsOf(list).has(text(other)));
        assert.equal(isEmptySet(set), list.length === 0);
      }),
    );
  });

  const operations: [string, (a: FieldSet, b: FieldSet) => FieldSet, (x: Set<string>, y: Set<string>) => string[]][] = [
    ['union', union, (x, y) => sorted(new Set([...x, ...y]))],
    ['difference', difference, (x, y) => sorted([...x].filter(p => !y.has(p)))],
    ['intersection', intersection, (x, y) => sorted([...x].filter(p => y.has(p)))],
  ];
  for (const [name, tree, plain] of operations) {
    it(`have the ${name} of plain sets, and stay as they are`, () => {
      fc.assert(
        fc.property(listed, listed, (a, b) => {
          const [left, right] = [setOf(a), setOf(b)];
          const before = JSON.stringify([left, right]);
          const result = tree(left, right);
          assert.deepEqual(members(result), plain(textsOf(a), textsOf(b)));
          assert.ok(sameSet(result, setOf(setPaths(result))), 'no node is left without members');
          assert.equal(JSON.stringify([left, right]), before);
        }),
      );
    });
  }

  it('lose all below a field in a recursive difference', () => {
    fc.assert(
      fc.property(listed, listed, (a, b) => {
        const gone = [...textsOf(b)];
        const under = (p: readonly string[]) => p.some((_, depth) => gone.includes(text(p.slice(0, depth + 1))));
        const left = textsOf(a.filter(p => !under(p)));
        assert.deepEqual(members(recursiveDifference(setOf(a), setOf(b))), sorted(left));
      }),
    );
  });

  it('are the same sets when nothing goes', () => {
    const set = setOf([['f:a', 'f:b'], ['f:b']]);
    assert.equal(difference(set, setOf([['f:a'], ['v:"s"']])), set);
  });

  it('are told parents first, each in the order of elements', () => {
    const set = setOf([['f:b', 'f:a'], ['f:a', 'k:{"port":443}'], ['f:a', 'k:{"port":80}'], ['f:b']]);
    assert.deepEqual([...paths(set)], ['.b', '.a[port=80]', '.a[port=443]', '.b.a']);
  });
});

/** The members as paths of elements, read off the tree. */
function setPaths(set: FieldSet, prefix: string[] = []): string[][] {
  return Object.keys(set).flatMap(key => {
    if (key === '.') return [];
    const [at, below] = [[...prefix, key], set[key] as FieldSet];
    const member = '.' in below || Object.keys(below).length === 0;
    return [...(member ? [at] : []), ...setPaths(below, at)];
  });
}

describe('path elements', () => {
  const texts: [string, string][] = [
    ['f:spec', '.spec'],
    ['k:{"containerPort":80,"protocol":"TCP"}', '[containerPort=80,protocol="TCP"]'],
    ['v:"a.b/c"', '[="a.b/c"]'],
    ['v:5', '[=5]'],
    ['i:3', '[3]'],
  ];
  for (const [from, to] of texts) it(`${from} is written ${to}`, () => assert.equal(elementText(from), to));

  const canonical: [string, string | undefined][] = [
    ['k:{"protocol":"TCP","containerPort":80}', 'k:{"containerPort":80,"protocol":"TCP"}'],
    ['v: "x"', 'v:"x"'],
    ['k:5', undefined],
    ['k:{', undefined],
    ['i:x', undefined],
    ['x:y', undefined],
    ['__proto__', undefined],
  ];
  for (const [from, to] of canonical) it(`${from} means ${to}`, () => assert.equal(canonicalElement(from), to));

  it('stand in one order', () => {
    const order = ['f:a', 'f:b', 'k:{"a":1}', 'k:{"a":10}', 'k:{"b":1}', 'v:"a"', 'v:"b"', 'i:0'];
    assert.deepEqual([...order].reverse().sort(compareElements), order);
  });
});

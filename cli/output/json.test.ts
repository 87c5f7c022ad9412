import assert from 'node:assert/strict';
import { goJson, goText } from './json.js';

describe("JSON and text as Go's encoders write them", () => {
  it('sorts keys at every level and escapes what HTML would read', () => {
    const value = { b: [{ z: 1, a: '<&>' }], a: '\u2028' };
    assert.equal(goJson(value), '{"a":"\\u2028","b":[{"a":"\\u003c\\u0026\\u003e","z":1}]}');
    assert.deepEqual(JSON.parse(goJson(value)), value);
  });

  it('indents as it is told', () => assert.equal(goJson({ a: 1 }, 4), '{\n    "a": 1\n}'));

  it('keeps __proto__ an ordinary key', () => {
    assert.equal(goJson(JSON.parse('{"__proto__":{"a":1}}')), '{"__proto__":{"a":1}}');
  });

  const texts: [unknown, string][] = [
    ['a b', 'a b'],
    [7, '7'],
    [true, 'true'],
    [null, '<nil>'],
    [['a', 1], '[a 1]'],
    [{ b: 'x', a: [] }, 'map[a:[] b:x]'],
  ];
  for (const [value, text] of texts) it(`prints ${JSON.stringify(value)}`, () => assert.equal(goText(value), text));
});

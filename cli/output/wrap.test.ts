import assert from 'node:assert/strict';
import { wrap } from './wrap.js';

describe('wrapping', () => {
  const table: [text: string, lines: string[]][] = [
    ['one two three', ['one two', 'three']],
    ['one  two', ['one  two']],
    ['one  three', ['one', 'three']],
    ['incomprehensible it is', ['incomprehensible', 'it is']],
    ['a\n\nb', ['a', '', 'b']],
    ['', ['']],
  ];
  for (const [text, lines] of table) it(JSON.stringify(text), () => assert.deepEqual(wrap(text, 8), lines));
});

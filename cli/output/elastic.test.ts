import assert from 'node:assert/strict';
import { elastic } from './elastic.js';

describe('elastic tab stops', () => {
  const table: [what: string, lines: string[], expected: string[]][] = [
    ['the widest cell decides', ['a:\t1', 'long:\t2'], ['a:     1', 'long:  2']],
    ['a line without a cell ends the block', ['a:\t1', 'heading', 'long:\t2'], ['a:  1', 'heading', 'long:  2']],
    ['an empty cell is as wide as its column', ['Labels:\ta=b', '\tc=d'], ['Labels:  a=b', '         c=d']],
    [
      'inner columns have blocks of their own',
      ['Events:', '  T\tReason\tAge', '  -\t---\t-', '  N\tx\t1s', 'next'],
      ['Events:', '  T  Reason  Age', '  -  ---     -', '  N  x       1s', 'next'],
    ],
    ['nothing trails', ['a\t', 'bb\tc'], ['a', 'bb  c']],
    ['no lines', [], []],
  ];
  for (const [what, lines, expected] of table) it(what, () => assert.deepEqual(elastic(lines), expected));
});

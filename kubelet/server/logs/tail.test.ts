import assert from 'node:assert/strict';
import fc from 'fast-check';
import { tailOffset } from './tail.js';

const stamp = '2026-01-01T00:00:00Z';

function offset(log: string, lines: number, blockSize?: number): Promise<number> {
  const bytes = Buffer.from(log);
  return tailOffset(async (at, length) => bytes.subarray(at, at + length), bytes.length, lines, blockSize);
}

const tail = async (log: string, lines: number, blockSize?: number): Promise<string> =>
  log.slice(await offset(log, lines, blockSize));

describe('kubelet/server/logs: the tail of a file', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(text => `${stamp} stdout F ${text}\n`) as [string, string, string];
  const p = `${stamp} stdout P part\n`;
  const cases: [string, string, number, string][] = [
    ['none', a + b, 0, ''],
    ['one', a + b, 1, b],
    ['as many as there are', a + b, 2, a + b],
    ['more than there are', a + b, 9, a + b],
    ['an empty file', '', 3, ''],
    ['a line in pieces counts once', a + p + p + b, 1, p + p + b],
    ['and the one before it is found', a + p + p + b, 2, a + p + p + b],
    ['an unfinished line at the end counts', a + b + p + p, 1, p + p],
    ['and the line before it is the second', a + b + p, 2, b + p],
    ['bytes after the last newline do not count', `${a}${b}2026`, 1, `${b}2026`],
    ['none, of a line being written', `${a}${b}2026`, 0, '2026'],
  ];
  for (const [what, log, lines, expected] of cases) {
    it(what, async () => assert.equal(await tail(log, lines), expected));
  }

  it('does not depend on the blocks it reads in', async () => {
    const line = fc.constantFrom(a, b, c, p);
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.nat(6),
        fc.integer({ min: 1, max: 70 }),
        async (all, n, size) => {
          const log = all.join('');
          assert.equal(await offset(log, n, size), await offset(log, n));
        },
      ),
    );
  });

  it('of a huge file is found without reading its beginning', async () => {
    const block = Buffer.from(a.repeat(10_000));
    let read = 0;
    const size = block.length * 1_000_000;
    const start = await tailOffset(
      async (at, length) => {
        read += length;
        const from = at % block.length;
        return Buffer.concat([block, block]).subarray(from, from + length);
      },
      size,
      5,
    );
    assert.equal(start, size - 5 * a.length);
    assert(read <= 128 * 1024, `read ${read} bytes`);
  });
});

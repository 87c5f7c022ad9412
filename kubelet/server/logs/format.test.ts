import assert from 'node:assert/strict';
import { type Formatting, LogFormatter } from './format.js';
import { parseLine } from './line.js';

const at = (second: number): string => `2026-01-01T00:00:0${second}.5Z`;

/** Each line in: `second stream tag content`. */
function formatted(options: Formatting, lines: string[]): string {
  const formatter = new LogFormatter(options);
  let out = '';
  for (const line of lines) {
    const piece = parseLine(Buffer.from(`${at(Number(line[0]))}${line.slice(1)}`));
    assert(piece, line);
    out += formatter.push(piece);
  }
  return out + formatter.end();
}

describe('kubelet/server/logs: pieces become what the reader sees', () => {
  const plain = { timestamps: false };
  const stamped = { timestamps: true };
  const cut = ['1 stdout P one ', '2 stdout P two ', '3 stdout F three', '4 stderr F four'];
  const cases: [string, Formatting, string[], string][] = [
    ['whole lines', plain, ['1 stdout F a', '2 stderr F b'], 'a\nb\n'],
    ['partial lines are joined', plain, cut, 'one two three\nfour\n'],
    ['a joined line has the time of its beginning', stamped, cut, `${at(1)} one two three\n${at(4)} four\n`],
    ['streams are joined apart', plain, ['1 stdout P a', '2 stderr F x', '3 stdout F b'], 'x\nab\n'],
    ['an unfinished line comes at the end, without a newline', plain, ['1 stdout F a', '2 stdout P b'], 'a\nb'],
    [
      'since leaves out what is before it',
      { ...plain, since: Date.parse(at(2)) },
      ['1 stdout F a', '2 stdout F b'],
      'b\n',
    ],
    ['since looks at the beginning of a line', { ...plain, since: Date.parse(at(2)) }, cut, 'four\n'],
    ['one stream only', { ...plain, stream: 'stderr' }, cut, 'four\n'],
    ['limitBytes cuts within a line', { ...plain, limitBytes: 3 }, ['1 stdout F ab', '2 stdout F cd'], 'ab\n'],
    ['limitBytes counts timestamps', { ...stamped, limitBytes: 5 }, ['1 stdout F ab'], at(1).slice(0, 5)],
  ];
  for (const [what, options, lines, expected] of cases) {
    it(what, () => assert.equal(formatted(options, lines), expected));
  }

  it('is full after limitBytes', () => {
    const formatter = new LogFormatter({ timestamps: false, limitBytes: 2 });
    const piece = { time: at(1), stream: 'stdout' as const, partial: false, content: Buffer.from('a') };
    assert.equal(formatter.full, false);
    formatter.push(piece);
    assert.equal(formatter.full, true);
    assert.equal(formatter.push(piece).length, 0);
  });

  it('passes an endless line on instead of gathering it', () => {
    const formatter = new LogFormatter({ timestamps: false });
    const piece = { time: at(1), stream: 'stdout' as const, partial: true, content: Buffer.alloc(16384, 'x') };
    let given = 0;
    for (let i = 0; i < 200; i += 1) given += formatter.push(piece).length;
    assert(given > 2_000_000, `only ${given} bytes of ${200 * 16384} came`);
  });
});

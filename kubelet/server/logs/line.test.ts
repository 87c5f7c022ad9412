import assert from 'node:assert/strict';
import { parseLine } from './line.js';

const at = '2016-10-06T00:17:09.669794202Z';

describe('kubelet/server/logs: a line of a log file', () => {
  const lines: [string, string, ReturnType<typeof parseLine>][] = [
    ['a whole line', `${at} stdout F hello world`, piece('stdout', false, 'hello world')],
    ['a partial line', `${at} stderr P hel`, piece('stderr', true, 'hel')],
    ['several tags', `${at} stdout P:x hel`, piece('stdout', true, 'hel')],
    ['an empty line', `${at} stdout F `, piece('stdout', false, '')],
    ['an empty line without its last space', `${at} stdout F`, piece('stdout', false, '')],
    ['spaces of its own', `${at} stdout F   a  b `, piece('stdout', false, '  a  b ')],
    ['an unknown stream', `${at} stdin F x`, undefined],
    ['an unknown tag', `${at} stdout X x`, undefined],
    ['no time', 'yesterday stdout F x', undefined],
    ['torn', '669794202Z stdo', undefined],
    ['nothing', '', undefined],
  ];
  for (const [what, line, expected] of lines) {
    it(what, () => assert.deepEqual(parseLine(Buffer.from(line)), expected));
  }

  it('keeps bytes that are not UTF-8', () => {
    const bytes = Buffer.of(0xff, 0x00, 0xfe);
    assert.deepEqual(parseLine(Buffer.concat([Buffer.from(`${at} stdout F `), bytes]))?.content, bytes);
  });

  function piece(stream: 'stdout' | 'stderr', partial: boolean, content: string) {
    return { time: at, stream, partial, content: Buffer.from(content) };
  }
});

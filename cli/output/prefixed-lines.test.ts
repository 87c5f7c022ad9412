import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PrefixedLines } from './prefixed-lines.js';

/** What comes of the bytes, however they are cut. */
function through(prefix: string, chunks: readonly Buffer[]): Buffer {
  const lines = new PrefixedLines(prefix);
  return Buffer.concat([...chunks.map(chunk => lines.push(chunk)), lines.end()]);
}

describe('lines with a prefix', () => {
  const table: [text: string, expected: string][] = [
    ['a\nb\n', '>a\n>b\n'],
    ['a\n\nb', '>a\n>\n>b\n'],
    ['', ''],
    ['\n', '>\n'],
  ];
  for (const [text, expected] of table) {
    it(JSON.stringify(text), () => assert.equal(through('>', [Buffer.from(text)]).toString(), expected));
  }

  it('are the same however the stream is cut, and bytes that are no text stay as they are', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 8 })), parts => {
        const chunks = parts.map(part => Buffer.from(part));
        const whole = Buffer.concat(chunks);
        assert.deepEqual(through('é ', chunks), through('é ', [whole]));
        const ended = whole.length > 0 && whole.at(-1) !== 10 ? Buffer.concat([whole, Buffer.from('\n')]) : whole;
        assert.deepEqual(through('', chunks), ended);
      }),
    );
  });
});

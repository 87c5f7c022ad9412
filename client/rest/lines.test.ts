import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineSplitter } from './lines.js';

const cut = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  chunks.push(bytes.subarray(at));
  return chunks;
};

describe('LineSplitter', () => {
  it('gives the same lines however the bytes are cut, characters of several bytes included', () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter(text => !text.includes('\n'));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(9)), (lines, sizes) => {
        const splitter = new LineSplitter();
        const bytes = Buffer.from(lines.map(text => `${text}\n`).join(''));
        const found = cut(bytes, sizes).flatMap(chunk => splitter.push(chunk));
        assert.deepEqual(found, lines);
        assert.equal(splitter.rest(), '');
      }),
    );
  });

  it('keeps an unfinished line until it is complete or the stream ends', () => {
    const splitter = new LineSplitter();
    assert.deepEqual(splitter.push(Buffer.from('{"a":')), []);
    assert.deepEqual(splitter.push(Buffer.from('1}\n\n{"b"')), ['{"a":1}']);
    assert.equal(splitter.rest(), '{"b"');
    assert.equal(splitter.rest(), '');
  });
});

import assert from 'node:assert/strict';
import { joined } from './joined.js';

const [a, b, c] = ['a\n', 'b\n', 'c\n'].map(line => Buffer.from(line)) as [Buffer, Buffer, Buffer];

describe('joined lines', () => {
  it('are one chunk for all who are told the same', () => {
    const chunk = joined([a, b]);
    assert.equal(chunk?.toString(), 'a\nb\n');
    assert.equal(joined([a, b]), chunk);
    assert.equal(joined([a]), a);
    assert.equal(joined([]), undefined);
  });

  it('are never those of somebody who is told something else', () => {
    joined([a, b]);
    assert.equal(joined([a, c])?.toString(), 'a\nc\n');
    assert.equal(joined([a, b, c])?.toString(), 'a\nb\nc\n');
    assert.equal(joined([a, b])?.toString(), 'a\nb\n');
  });
});

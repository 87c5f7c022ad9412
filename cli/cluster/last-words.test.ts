import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendedTo, lastWords } from './last-words.js';

describe('the last words of a component', () => {
  it('are its last complaint, in whatever form it came', () => {
    const table: [log: string, words: string | undefined][] = [
      ['', undefined],
      ['{"level":30,"msg":"containerd started"}\n', undefined],
      [
        '{"level":60,"msg":"cannot go on; stopping","err":{"message":"disk full"}}\n',
        'cannot go on; stopping: disk full',
      ],
      ['{"level":50,"msg":"no answer","reason":"refused"}\n{"level":30,"msg":"again"}\n', 'no answer: refused'],
      ['error: the path is too long: use a shorter one\n', 'the path is too long: use a shorter one'],
      ['Error: iptables is missing\n    at x (y.ts:1:2)\n', 'iptables is missing'],
      ['RangeError [CODE]: no such store\n    at x\n', 'no such store'],
      ['{"level":50,"msg":"first"}\nError: second\n', 'second'],
      ['{"level":50,"msg":"cut o', undefined],
    ];
    for (const [log, words] of table) assert.equal(lastWords(log), words);
  });

  it('are looked for in what was written since, at the end', () => {
    const folder = mkdtempSync(join(tmpdir(), 'orrery-words-'));
    const file = join(folder, 'log');
    assert.equal(appendedTo(file, 0), '');
    writeFileSync(file, 'earlier\nlater\n');
    assert.equal(appendedTo(file, 8), 'later\n');
    assert.equal(appendedTo(file, 0, 6), 'later\n');
    // The log was begun anew meanwhile.
    assert.equal(appendedTo(file, 1000), '');
    rmSync(folder, { recursive: true });
  });
});

import assert from 'node:assert/strict';
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rotate } from './log-rotation.js';

describe("a process's log", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'orrery-logs-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is left alone while it is small', () => {
    const file = join(folder, 'small.log');
    appendFileSync(file, 'one\n');
    assert.equal(rotate(file, 10), false);
    assert.equal(readFileSync(file, 'utf8'), 'one\n');
  });

  it('begins anew when it is large, and whoever has it open goes on writing', () => {
    const file = join(folder, 'large.log');
    const writer = openSync(file, 'a');
    writeSync(writer, 'old old old\n');
    assert.equal(rotate(file, 10), true);
    writeSync(writer, 'new\n');
    closeSync(writer);
    assert.equal(readFileSync(`${file}.1`, 'utf8'), 'old old old\n');
    assert.equal(readFileSync(file, 'utf8'), 'new\n');
  });
});

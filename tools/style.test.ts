import assert from 'node:assert/strict';
import { sources } from './sources.js';

describe('the style that lint cannot see', () => {
  it('keeps every file under 500 lines', () => {
    const long = sources().filter(source => source.text.split('\n').length > 500);
    assert.deepEqual(
      long.map(source => source.path),
      [],
    );
  });

  it('has no rooms called manager, helper or util', () => {
    const vague = sources().filter(source => /(^|\/)(\w*-)?(managers?|helpers?|utils?)(\/|\.)/.test(source.path));
    assert.deepEqual(
      vague.map(source => source.path),
      [],
    );
  });

  it('leaves nothing for later without saying so to its user', () => {
    const later = sources().filter(source => /\b(TO)DO\b|\bFIX(ME)\b/.test(source.text));
    assert.deepEqual(
      later.map(source => source.path),
      [],
    );
  });

  it('opens no lmdb transaction with an arrow that returns a promise: it would stay open for ever', () => {
    const traps = sources().filter(source => /transactionSync\(\s*(async|\(\)\s*=>\s*[^{\s])/.test(source.text));
    assert.deepEqual(
      traps.map(source => source.path),
      [],
    );
  });
});

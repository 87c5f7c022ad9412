import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { onAbort } from './on-abort.js';

describe('waiting for a signal', () => {
  it('calls each back once, with one listener for all', () => {
    const stop = new AbortController();
    const called: string[] = [];
    onAbort(stop.signal, () => called.push('a'));
    onAbort(stop.signal, () => called.push('b'));
    assert.equal(getEventListeners(stop.signal, 'abort').length, 1);
    stop.abort();
    assert.deepEqual(called, ['a', 'b']);
    onAbort(stop.signal, () => called.push('late'));
    assert.deepEqual(called, ['a', 'b', 'late']);
  });

  it('forgets who waits no more, and does not listen when nobody does', () => {
    const stop = new AbortController();
    const called: string[] = [];
    const forget = onAbort(stop.signal, () => called.push('a'));
    forget();
    forget();
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
    onAbort(stop.signal, () => called.push('b'));
    stop.abort();
    assert.deepEqual(called, ['b']);
  });
});

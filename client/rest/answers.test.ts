import assert from 'node:assert/strict';
import { statusError } from '../../api/status.js';
import { ConnectionError } from '../client.js';
import { ManualClock } from '../testing/clock.js';
import { MemoryApi } from '../testing/memory-api.js';
import { serverAnswers } from './answers.js';

describe('serverAnswers', () => {
  const ready = { contentType: 'text/plain', body: Buffer.from('ok') };
  const failing = (...failures: Error[]): { clock: ManualClock; api: MemoryApi; asked: () => number } => {
    let asked = 0;
    const raw = async (): Promise<typeof ready> => {
      const failure = failures[asked++];
      if (failure) throw failure;
      return ready;
    };
    return { clock: new ManualClock(), api: Object.assign(new MemoryApi(), { raw }) as MemoryApi, asked: () => asked };
  };

  const cases: [string, Error[], number][] = [
    ['a server that is ready', [], 1],
    ['one that is being started', [new ConnectionError('refused'), statusError('ServiceUnavailable', 'not yet')], 3],
    ['one that does not tell this user', [statusError('Forbidden', 'no')], 1],
  ];
  for (const [what, failures, requests] of cases) {
    it(what, async () => {
      const { api, asked, clock } = failing(...failures);
      const answered = serverAnswers(api, clock, new AbortController().signal);
      await clock.advance(1000);
      await answered;
      assert.equal(asked(), requests);
    });
  }

  it('waits no longer than its signal', async () => {
    const { api, clock } = failing(...Array.from({ length: 99 }, () => new ConnectionError('refused')));
    const stop = new AbortController();
    const answered = serverAnswers(api, clock, stop.signal);
    await clock.advance(100);
    stop.abort();
    await answered;
    assert.equal(clock.sleeping, 0);
  });
});

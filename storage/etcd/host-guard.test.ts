import assert from 'node:assert/strict';
import { EtcdError, GRPCDeadlineExceededError, GRPCUnavailableError } from 'etcd3';
import { HandClock } from '../contract/hand-clock.js';
import { HostGuard, HostLeftAlone } from './host-guard.js';

describe('a host', () => {
  const failing = (error: Error) => () => Promise.reject(error);
  const answering = async (): Promise<string> => 'answer';

  it('that did not answer is not asked for a second, then it is again', async () => {
    const clock = new HandClock();
    const guard = new HostGuard('a:1', clock);
    const refused = new GRPCUnavailableError('refused');
    await assert.rejects(guard.execute(failing(refused)), refused);
    await clock.advance(999);
    await assert.rejects(guard.execute(answering), (error: unknown) => {
      assert.ok(error instanceof HostLeftAlone);
      assert.equal(error.message, 'a:1 did not answer a moment ago: refused');
      return true;
    });
    await clock.advance(1);
    assert.equal(await guard.execute(answering), 'answer');
  });

  it('that hangs is not asked for longer, and then by one call alone until that is answered', async () => {
    const clock = new HandClock();
    const guard = new HostGuard('a:1', clock);
    await assert.rejects(guard.execute(failing(new GRPCDeadlineExceededError('silence'))));
    await clock.advance(4999);
    await assert.rejects(guard.execute(answering), HostLeftAlone);
    await clock.advance(1);
    let answer: (text: string) => void = () => undefined;
    const first = guard.execute(() => new Promise<string>(resolve => (answer = resolve)));
    await assert.rejects(guard.execute(answering), HostLeftAlone);
    answer('late');
    assert.equal(await first, 'late');
    assert.equal(await guard.execute(answering), 'answer');
  });

  it('that answers with an error has answered', async () => {
    const guard = new HostGuard('a:1', new HandClock());
    await assert.rejects(guard.execute(failing(new EtcdError('no'))), /no/);
    assert.equal(await guard.execute(answering), 'answer');
  });
});

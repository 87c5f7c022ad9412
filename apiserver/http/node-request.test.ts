import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { Deadlines } from '../deadlines.js';
import { StillClock } from '../testing/harness.js';
import type { AnyRequest } from './express-graft.js';
import { NodeRequest } from './node-request.js';

/** A request whose body comes as the test says, and a clock that the test moves. */
function opened(headers: Record<string, string> = {}) {
  const incoming = Object.assign(new EventEmitter(), { method: 'POST', url: '/api/v1/namespaces', headers });
  const clock = new StillClock();
  const bodies = new Deadlines(clock);
  const request = new NodeRequest(incoming as unknown as AnyRequest, bodies);
  const wait = (ms: number): void => {
    clock.time += ms;
    bodies.tick();
  };
  return { incoming, request, bodies, wait };
}

describe('the body of a request', () => {
  it('is what came', async () => {
    const { incoming, request, bodies } = opened();
    const body = request.body(10);
    incoming.emit('data', Buffer.from('ab'));
    incoming.emit('data', Buffer.from('cd'));
    incoming.emit('end');
    assert.equal((await body).toString(), 'abcd');
    assert.equal(bodies.size, 0);
  });

  it('is refused when it is, or says that it will be, too large', async () => {
    const said = opened({ 'content-length': '11' });
    await assert.rejects(said.request.body(10), { reason: 'RequestEntityTooLarge' });
    const unsaid = opened();
    const body = unsaid.request.body(10);
    unsaid.incoming.emit('data', Buffer.alloc(11));
    await assert.rejects(body, { reason: 'RequestEntityTooLarge' });
  });

  it('is given up when its sender is too slow', async () => {
    const { incoming, request, wait } = opened();
    const body = request.body(10);
    incoming.emit('data', Buffer.from('a'));
    wait(60_000);
    await assert.rejects(body, { reason: 'Timeout', message: 'the body of the request did not arrive in time' });
  });

  it('is given up when its sender leaves', async () => {
    for (const event of ['aborted', 'error']) {
      const { incoming, request } = opened();
      const body = request.body(10);
      incoming.emit(event);
      await assert.rejects(body, { reason: 'BadRequest' });
    }
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../api/clock.js';
import { systemClock } from '../../api/clock.js';
import { type Ask, askOverHttp, shares, untilAllAnswer } from './demo-answers.js';

/** A clock on which every look and every sleep costs time. */
function passingClock(): Clock {
  let time = 0;
  return {
    now: () => {
      time += 10;
      return time;
    },
    async sleep(ms) {
      time += ms;
    },
  };
}

/** Answers these in turn, over and over. */
function answering(...names: (string | undefined)[]): Ask & { asked: number } {
  const ask = Object.assign(async () => names[ask.asked++ % names.length], { asked: 0 });
  return ask;
}

describe("the demo's service", () => {
  it('has been answered by all when each name came once, whoever else answers', async () => {
    const ask = answering('a', 'b', undefined, 'a', 'stranger', 'c');
    await untilAllAnswer('u', ['a', 'b', 'c'], ask, passingClock());
    assert.equal(ask.asked, 6);
  });

  it('is given up after a time, with the names of the silent', async () => {
    await assert.rejects(
      untilAllAnswer('http://x/', ['a', 'b', 'c'], answering('a', undefined), passingClock()),
      /^Failure: http:\/\/x\/ was not answered by b, c: '\.\/orrery status' says/,
    );
  });

  it('is shared as the answers say', async () => {
    assert.deepEqual(await shares('u', 4, answering('b', 'a', 'b', undefined)), [
      ['a', 1],
      ['b', 2],
      ['nobody', 1],
    ]);
  });

  it('is asked over HTTP, on a new connection each time', async () => {
    const ports = new Set<number | undefined>();
    const server = createServer((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('pod-1\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    assert.equal(await askOverHttp(url), 'pod-1');
    await untilAllAnswer(url, ['pod-1'], askOverHttp, systemClock);
    assert.equal(ports.size, 2);
    server.close();
    await once(server, 'close');
    assert.equal(await askOverHttp(url), undefined);
  });
});

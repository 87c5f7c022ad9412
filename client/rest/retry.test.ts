import assert from 'node:assert/strict';
import { isStaleConnection, maxRetries, retryAfterMs } from './retry.js';

describe('sending again', () => {
  const cases: [string, number, string | undefined, number, number | undefined][] = [
    ['GET', 429, '1', 0, 1000],
    ['PUT', 429, '3', 2, 3000],
    ['DELETE', 503, '1', 0, 1000],
    ['GET', 429, '9999', 0, 30_000],
    ['GET', 429, undefined, 0, undefined],
    ['GET', 429, 'Wed, 21 Oct 2015 07:28:00 GMT', 0, undefined],
    ['GET', 429, '1', maxRetries, undefined],
    ['GET', 500, '1', 0, undefined],
    ['POST', 429, '1', 0, undefined],
    ['PATCH', 429, '1', 0, undefined],
  ];
  for (const [method, status, header, retries, expected] of cases) {
    it(`${method} ${status} ${header} after ${retries}: ${expected}`, () => {
      assert.equal(
        retryAfterMs(method, status, header === undefined ? {} : { 'retry-after': header }, retries),
        expected,
      );
    });
  }

  it('a kept connection that was closed under a request is replaced, unless the request may have had its effect', () => {
    assert.equal(isStaleConnection('GET', true, 'ECONNRESET'), true);
    assert.equal(isStaleConnection('POST', true, 'ECONNRESET'), false);
    assert.equal(isStaleConnection('GET', false, 'ECONNRESET'), false);
    assert.equal(isStaleConnection('GET', true, 'ECONNREFUSED'), false);
  });
});

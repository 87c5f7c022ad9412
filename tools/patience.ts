/**
 * `mocha --require` this on a machine that is slow throughout, as an emulated one is (tools/guest.sh): tests and hooks get
 * ORRERY_TEST_SLOWNESS times the time that they give themselves.
 */
import type { Runnable, Suite } from 'mocha';

const slowness = Number(process.env.ORRERY_TEST_SLOWNESS ?? 1);

/** As mocha has them; its types hide the hooks. */
type Parts = Pick<Suite, 'tests' | 'suites'> &
  Record<'_beforeAll' | '_beforeEach' | '_afterAll' | '_afterEach', Runnable[]>;

function slow(suite: Suite): void {
  const { tests, suites, _beforeAll, _beforeEach, _afterAll, _afterEach } = suite as unknown as Parts;
  for (const one of [...tests, ..._beforeAll, ..._beforeEach, ..._afterAll, ..._afterEach])
    one.timeout(one.timeout() * slowness);
  for (const inner of suites) slow(inner);
}

export const mochaHooks = {
  beforeAll(this: { test?: { parent?: Suite } }): void {
    if (this.test?.parent) slow(this.test.parent);
  },
};

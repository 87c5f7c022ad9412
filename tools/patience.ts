/**
 * `mocha --require` this on a machine that is slow throughout, as an emulated one is (tools/guest.sh): tests get
 * ORRERY_TEST_SLOWNESS times the time that they give themselves.
 */
import Mocha from 'mocha';

const slowness = Number(process.env.ORRERY_TEST_SLOWNESS ?? 1);

interface Timed {
  _timeout: number;
  resetTimeout(): void;
}

const runnable = (Mocha as unknown as { Runnable: { prototype: Timed } }).Runnable.prototype;
const { resetTimeout } = runnable;

runnable.resetTimeout = function (this: Timed): void {
  const own = this._timeout;
  this._timeout = own * slowness;
  resetTimeout.call(this);
  this._timeout = own;
};

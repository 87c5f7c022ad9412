import assert from 'node:assert/strict';
import { lackingCapabilities } from './root.js';

describe("root's powers", () => {
  it('are all there on a machine, and fewer in an ordinary container', () => {
    assert.deepEqual(lackingCapabilities('Uid:\t0\nCapEff:\t000001ffffffffff\n'), []);
    assert.deepEqual(lackingCapabilities('CapPrm:\t000001ffffffffff\nCapEff:\t00000000a80425fb\n'), [
      'CAP_NET_ADMIN',
      'CAP_SYS_ADMIN',
    ]);
    assert.equal(lackingCapabilities('').length, 3);
  });
});

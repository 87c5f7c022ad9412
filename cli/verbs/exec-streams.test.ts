import assert from 'node:assert/strict';
import { exitCodeOf } from './exec-streams.js';

describe("the server's last word on a command", () => {
  it('is success', () => assert.equal(exitCodeOf('{"kind":"Status","status":"Success"}'), 0));

  it('is an exit code', () => {
    const status = {
      kind: 'Status',
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    };
    assert.equal(exitCodeOf(JSON.stringify(status)), 7);
  });

  it('is why the command did not run', () => {
    const status = { kind: 'Status', status: 'Failure', reason: 'InternalError', message: 'no such file: nope' };
    assert.throws(() => exitCodeOf(JSON.stringify(status)), /^Failure: no such file: nope$/);
  });
});

import assert from 'node:assert/strict';
import { exclusively } from './exclusive.js';

describe('a cluster that is being started or stopped', () => {
  const long = `/${'deep/'.repeat(40)}`;

  it('is left alone by a second command, and free after the first', async () => {
    await exclusively(`${long}a`, async () => {
      await assert.rejects(
        exclusively(`${long}a`, async () => undefined),
        /another command is starting or stopping the cluster in .*: wait until it is done/,
      );
      assert.equal(await exclusively(`${long}b`, async () => 'another cluster'), 'another cluster');
    });
    assert.equal(await exclusively(`${long}a`, async () => 'again'), 'again');
  });

  it('is free again when the work has failed', async () => {
    await assert.rejects(
      exclusively('/x', () => Promise.reject(new Error('failed'))),
      /failed/,
    );
    assert.equal(await exclusively('/x', async () => 'again'), 'again');
  });
});

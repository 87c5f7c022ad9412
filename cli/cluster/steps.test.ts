import assert from 'node:assert/strict';
import { type Output, stepsTo } from './steps.js';

/** What a reader sees in the end: a carriage return with an erased line begins the line anew. */
const seen = (written: string): string =>
  written
    .split('\n')
    .map(line => line.split('\r\x1b[K').at(-1))
    .join('\n');

describe('progress', () => {
  let written: string;
  let time: number;
  const steps = (terminal: Omit<Output, 'write'> = {}) =>
    stepsTo(
      {
        ...terminal,
        write(text) {
          written += text;
        },
      },
      () => time,
    );
  beforeEach(() => {
    written = '';
    time = 0;
  });

  it('is plain in a pipe: a line a step with its time and what was said of it under it, nothing of a terminal', async () => {
    const progress = steps();
    const result = await progress.run('building', async () => {
      progress.say('           a detail');
      progress.show('only for a terminal');
      time = 12_340;
      return 7;
    });
    assert.equal(result, 7);
    progress.say('done');
    assert.equal(written, ' 12.3 s  building\n           a detail\ndone\n');
  });

  it('stands in place on a terminal, with the last that was said', async () => {
    const progress = steps({ isTTY: true, columns: 80 });
    await progress.run('building', async () => {
      assert.equal(seen(written), '  0.0 s  building ...');
      time = 500;
      progress.say('           one detail');
      progress.say('           another');
      assert.equal(seen(written), '  0.5 s  building ... another');
      progress.show(' at work on a third\r');
      assert.equal(seen(written), '  0.5 s  building ... at work on a third');
      time = 1000;
    });
    assert.equal(seen(written), '  1.0 s  building\n           one detail\n           another\n');
  });

  it('is cut where a narrow terminal would wrap it', async () => {
    await steps({ isTTY: true, columns: 16 }).run('building a lot', async () => {
      assert.equal(seen(written), '  0.0 s  buildi');
    });
    assert.equal(seen(written), '  0.0 s  building a lot\n');
    written = '';
    await steps({ isTTY: true, columns: 0 }).run('building a lot', async () => {
      assert.equal(seen(written), '  0.0 s  building a lot ...', 'a terminal that does not know its size');
    });
  });

  it('says which step failed, and passes the error on', async () => {
    const failing = steps().run('building', () => Promise.reject(new Error('no compiler')));
    await assert.rejects(failing, /no compiler/);
    assert.equal(written, '  0.0 s  building: failed\n');
  });
});

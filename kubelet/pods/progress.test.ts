import assert from 'node:assert/strict';
import { Progress } from './progress.js';

describe('back-offs of a pod, when the clock has been set back', () => {
  const now = 10_000_000;
  const longest = now + 300_000;
  const table: [what: string, until: number, expected: number][] = [
    ['one that is over', now - 1, now - 1],
    ['one that may be', longest, longest],
    ['one that none is', now + 3_600_000, longest],
  ];
  for (const [what, until, expected] of table)
    it(what, () => {
      const progress = new Progress();
      Object.assign(progress.notBefore, { volumes: until, sandbox: until, resize: until });
      progress.notBefore.containers.set('c', until);
      progress.shortenBackoffs(now);
      const { volumes, sandbox, resize, containers } = progress.notBefore;
      assert.deepEqual([volumes, sandbox, resize, containers.get('c')], Array(4).fill(expected));
    });

  it('once shortened, it comes nearer', () => {
    const progress = new Progress();
    progress.notBefore.sandbox = now + 3_600_000;
    progress.shortenBackoffs(now);
    progress.shortenBackoffs(now + 1000);
    assert.equal(progress.notBefore.sandbox, longest);
  });
});

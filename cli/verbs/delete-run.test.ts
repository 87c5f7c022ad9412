import assert from 'node:assert/strict';
import type { DeleteCallOptions } from '../../client/client.js';
import type { DeleteFlags } from './delete.js';
import { callOptions } from './delete-run.js';

const table: [what: string, flags: Partial<DeleteFlags>, options: DeleteCallOptions][] = [
  ['nothing said', {}, {}],
  ['a grace period', { gracePeriod: 5 }, { gracePeriodSeconds: 5 }],
  ['-1 is the default', { gracePeriod: -1 }, {}],
  ['0 is 1 without --force', { gracePeriod: 0 }, { gracePeriodSeconds: 1 }],
  ['0 with --force', { gracePeriod: 0, force: true }, { gracePeriodSeconds: 0 }],
  ['--force alone', { force: true }, { gracePeriodSeconds: 0 }],
  ['--now', { now: true }, { gracePeriodSeconds: 1 }],
  ['--dry-run=server', { dryRun: 'server' }, { dryRun: true }],
  ['--cascade=orphan', { cascade: 'orphan' }, { propagationPolicy: 'Orphan' }],
  ['--cascade=false, as it was once said', { cascade: 'false' }, { propagationPolicy: 'Orphan' }],
  ['--cascade=foreground', { cascade: 'foreground' }, { propagationPolicy: 'Foreground' }],
];

describe("what delete's flags mean to the server", () => {
  for (const [what, flags, options] of table) {
    it(what, () =>
      assert.deepEqual(callOptions({ cascade: 'background', ...flags }), {
        propagationPolicy: 'Background',
        ...options,
      }),
    );
  }

  it('refuses what contradicts itself', () => {
    const refused = (flags: Partial<DeleteFlags>, why: RegExp): void =>
      assert.throws(() => callOptions({ cascade: 'background', ...flags }), why);
    refused({ now: true, gracePeriod: 5 }, /--now and --grace-period cannot be specified together/);
    refused({ force: true, gracePeriod: 5 }, /--force and --grace-period greater than 0/);
    refused({ cascade: 'maybe' as 'orphan' }, /invalid cascade value \(maybe\)/);
  });
});

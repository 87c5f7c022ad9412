import assert from 'node:assert/strict';
import { CpuRates } from './rates.js';

const second = 1_000_000_000;

describe('the rate of use of a core', () => {
  const table: [what: string, looks: [atMs: number, used: number][], expected: number | undefined][] = [
    ['is unknown at first', [[0, 5 * second]], undefined],
    [
      'is what was used since',
      [
        [0, 0],
        [10_000, 5 * second],
      ],
      0.5 * second,
    ],
    [
      'is asked twice at once',
      [
        [0, 0],
        [10_000, 5 * second],
        [10_000, 5 * second],
      ],
      0.5 * second,
    ],
    [
      'is unknown again when the clock has been set back',
      [
        [3_600_000, 0],
        [10_000, 5 * second],
      ],
      undefined,
    ],
    [
      'and is known soon after that',
      [
        [3_600_000, 0],
        [10_000, 5 * second],
        [20_000, 10 * second],
      ],
      0.5 * second,
    ],
    [
      'is that of the time since the look before, not of always',
      [
        [0, 0],
        [10_000, 0],
        [20_000, 20 * second],
      ],
      2 * second,
    ],
    [
      'reaches back when looks are close',
      [
        [0, 0],
        [1_000, 0],
        [4_000, 2 * second],
      ],
      0.5 * second,
    ],
    [
      'begins anew with a restart',
      [
        [0, 5 * second],
        [10_000, 1 * second],
      ],
      undefined,
    ],
  ];
  for (const [what, looks, expected] of table)
    it(what, () => {
      const rates = new CpuRates();
      const answers = looks.map(([at, used]) => rates.nanoCores('c', used, at));
      assert.equal(answers.at(-1), expected);
    });

  it('is forgotten when nothing is looked at any more', () => {
    const rates = new CpuRates();
    rates.nanoCores('c', 0, 0);
    rates.forget(601_000);
    assert.equal(rates.nanoCores('c', second, 601_000), undefined);
  });
});

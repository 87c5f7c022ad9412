import assert from 'node:assert/strict';
import { type Observations, type Signal, type Threshold, usualThresholds } from './thresholds.js';
import { firstWatch, judge, pressures } from './watch.js';

const mib = 1024 * 1024;
const memoryOf = (available: number): Observations => ({ 'memory.available': { available, capacity: 1000 * mib } });

describe('what the node is short of', () => {
  const table: [string, Observations, Signal[]][] = [
    ['nothing is known', {}, []],
    ['enough memory', memoryOf(100 * mib), []],
    ['too little memory', memoryOf(100 * mib - 1), ['memory.available']],
    ['a file system without inodes', { 'nodefs.inodesFree': { available: 0, capacity: 0 } }, []],
    [
      'several things: memory first',
      {
        'imagefs.available': { available: 14, capacity: 100 },
        'nodefs.available': { available: 10, capacity: 100 },
        'nodefs.inodesFree': { available: 4, capacity: 100 },
        ...memoryOf(1),
      },
      ['memory.available', 'nodefs.inodesFree', 'imagefs.available'],
    ],
  ];
  for (const [what, observations, expected] of table)
    it(what, () =>
      assert.deepEqual(
        judge(firstWatch, observations, usualThresholds, 0).due.map(c => c.signal),
        expected,
      ),
    );
});

describe('from one look to the next', () => {
  const hard: Threshold = { signal: 'memory.available', least: { amount: 100 } };
  const soft: Threshold = { signal: 'memory.available', least: { part: 0.2 }, graceMs: 30_000 };
  const disk: Threshold = { signal: 'nodefs.available', least: { part: 0.1 }, reclaim: { amount: 50 } };
  const of = (signal: Signal) => (available: number | undefined) =>
    available === undefined ? {} : { [signal]: { available, capacity: 1000 } };
  const transitionMs = 60_000;

  /** Seconds, what is left, and what then is due ('!' for hard, '~' for soft) and the conditions. */
  type Look = [second: number, available: number | undefined, due: string, pressures: string];
  const cases: [what: string, thresholds: Threshold[], Look[]][] = [
    [
      'a hard threshold cannot wait',
      [hard],
      [
        [0, 100, '', ''],
        [10, 99, '!', 'MemoryPressure'],
        [20, 100, '', 'MemoryPressure'],
      ],
    ],
    [
      'a soft one is a condition at once, and ends pods when its time is over',
      [soft],
      [
        [0, 199, '', 'MemoryPressure'],
        [29, 150, '', 'MemoryPressure'],
        [30, 199, '~', 'MemoryPressure'],
        [40, 199, '~', 'MemoryPressure'],
        [50, 200, '', 'MemoryPressure'],
      ],
    ],
    [
      'its time begins anew when there was enough meanwhile',
      [soft],
      [
        [0, 199, '', 'MemoryPressure'],
        [20, 200, '', 'MemoryPressure'],
        [31, 199, '', 'MemoryPressure'],
        [61, 199, '~', 'MemoryPressure'],
      ],
    ],
    [
      'below both, the hard one goes first',
      [soft, hard],
      [
        [0, 99, '!', 'MemoryPressure'],
        [30, 99, '!~', 'MemoryPressure'],
      ],
    ],
    [
      'a condition goes some time after its cause',
      [hard],
      [
        [0, 50, '!', 'MemoryPressure'],
        [10, 500, '', 'MemoryPressure'],
        [59, 500, '', 'MemoryPressure'],
        [60, 500, '', ''],
      ],
    ],
    [
      'once a pod had to go, more has to be free than before',
      [disk],
      [
        [0, 120, '', ''],
        [10, 99, '!', 'DiskPressure'],
        [20, 149, '!', 'DiskPressure'],
        [30, 150, '', 'DiskPressure'],
        [40, 149, '', 'DiskPressure'],
      ],
    ],
    [
      'what is not known (any more) is not crossed',
      [disk],
      [
        [0, 99, '!', 'DiskPressure'],
        [10, undefined, '', 'DiskPressure'],
      ],
    ],
    [
      'a clock that is set back makes nothing last for an hour: the time begins anew',
      [soft],
      [
        [7200, 199, '', 'MemoryPressure'],
        [3600, 199, '', 'MemoryPressure'],
        [3630, 199, '~', 'MemoryPressure'],
        [3640, 200, '', 'MemoryPressure'],
        [3690, 200, '', ''],
      ],
    ],
    [
      'a clock that is set forward cuts short what was to last',
      [soft],
      [
        [0, 199, '', 'MemoryPressure'],
        [3600, 199, '~', 'MemoryPressure'],
        [7200, 200, '', ''],
      ],
    ],
  ];
  for (const [what, thresholds, looks] of cases)
    it(what, () => {
      let watch = firstWatch;
      for (const [second, available, due, conditions] of looks) {
        const now = second * 1000;
        const signal = thresholds[0]?.signal ?? 'memory.available';
        const judged = judge(watch, of(signal)(available), thresholds, now);
        watch = judged.watch;
        const shown = judged.due.map(({ isSoft }) => (isSoft ? '~' : '!')).join('');
        assert.deepEqual([shown, pressures(watch, now, transitionMs).join(' ')], [due, conditions], `${second} s`);
      }
    });
});

import assert from 'node:assert/strict';
import { parseSchedule, scheduleComplaint } from './cron.js';

describe('a schedule', () => {
  const good = ['* * * * *', '*/5 0-6 1,15 jan-MAR sun', '0 12 ? * 1-5', '5/15 * * * *', '@hourly', '@every 1h30m'];
  for (const text of good) it(`may be ${text}`, () => assert.equal(scheduleComplaint(text), undefined));

  const bad: [string, string][] = [
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['* * * * L', 'failed to parse int from L: strconv.Atoi: parsing "L": invalid syntax'],
    ['@never', 'unrecognized descriptor: @never'],
    ['@every soon', 'failed to parse duration @every soon: time: invalid duration "soon"'],
  ];
  for (const [text, said] of bad) it(`may not be '${text}'`, () => assert.equal(scheduleComplaint(text), said));
});

describe('the meaning of a schedule', () => {
  it('is a set of each field', () => {
    const { schedule } = parseSchedule('5/20 1-3 */10 jan,MAR 1-5/2');
    assert.equal(schedule.kind, 'wall clock');
    const { minutes, hours, days, months, weekdays, anyDay, anyWeekday } = schedule as never as Record<string, never>;
    assert.deepEqual(
      [minutes, hours, days, months, weekdays].map(set => [...(set ?? [])]),
      [
        [5, 25, 45],
        [1, 2, 3],
        [1, 11, 21, 31],
        [1, 3],
        [1, 3, 5],
      ],
    );
    assert.deepEqual([anyDay, anyWeekday], [false, false]);
  });
  it('has stars, and zones', () => {
    const { schedule, zone } = parseSchedule('TZ=Europe/Paris 0 0 ? * *');
    assert.ok(schedule.kind === 'wall clock' && schedule.anyDay && schedule.anyWeekday);
    assert.equal(zone, 'Europe/Paris');
  });
  const table: [string, number][] = [
    ['@every 1h30m', 5400],
    ['@every 90s', 90],
    ['@every 1.5s', 1],
    ['@every 10ms', 1],
    ['@every 1m100ms', 60],
  ];
  for (const [text, seconds] of table) {
    it(`of ${text} is ${seconds} s`, () => assert.deepEqual(parseSchedule(text).schedule, { kind: 'every', seconds }));
  }
});

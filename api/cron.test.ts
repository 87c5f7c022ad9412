import assert from 'node:assert/strict';
import { scheduleComplaint } from './cron.js';

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

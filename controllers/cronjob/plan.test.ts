import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseSchedule } from '../../api/cron.js';
import type { CronJob, Job } from '../../api/types.js';
import { ago, noon, ownedBy } from '../testing/objects.js';
import { nextDue } from './due.js';
import { owedSince } from './missed.js';
import { planFor } from './plan.js';

describe('a schedule is due', () => {
  const table: [string, string, string, string | undefined][] = [
    ['* * * * *', 'UTC', '2025-01-01T12:00:00Z', '2025-01-01T12:01:00Z'],
    ['* * * * *', 'UTC', '2025-01-01T12:00:30Z', '2025-01-01T12:01:00Z'],
    ['*/15 * * * *', 'UTC', '2025-01-01T12:50:00Z', '2025-01-01T13:00:00Z'],
    ['30 4 * * *', 'UTC', '2025-01-01T12:00:00Z', '2025-01-02T04:30:00Z'],
    ['0 0 1 * *', 'UTC', '2025-01-31T23:59:00Z', '2025-02-01T00:00:00Z'],
    ['0 0 29 2 *', 'UTC', '2025-01-01T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['0 0 30 2 *', 'UTC', '2025-01-01T00:00:00Z', undefined],
    ['0 12 13 * 5', 'UTC', '2025-01-01T00:00:00Z', '2025-01-03T12:00:00Z'],
    ['0 12 * * 1', 'UTC', '2025-01-01T00:00:00Z', '2025-01-06T12:00:00Z'],
    ['0 12 13 * *', 'UTC', '2025-01-01T00:00:00Z', '2025-01-13T12:00:00Z'],
    ['@weekly', 'UTC', '2025-01-01T00:00:00Z', '2025-01-05T00:00:00Z'],
    ['@every 90s', 'UTC', '2025-01-01T12:00:10Z', '2025-01-01T12:01:40Z'],
    ['0 9 * * *', 'America/New_York', '2025-01-01T12:00:00Z', '2025-01-01T14:00:00Z'],
    ['0 9 * * *', 'America/New_York', '2025-07-01T12:00:00Z', '2025-07-01T13:00:00Z'],
    ['0 0 * * *', 'Asia/Kolkata', '2025-01-01T00:00:00Z', '2025-01-01T18:30:00Z'],
    // The hour that is left out in spring is left out.
    ['30 2 * * *', 'America/New_York', '2025-03-09T06:00:00Z', '2025-03-10T06:30:00Z'],
    // The hour that comes twice in autumn counts twice.
    ['30 1 * * *', 'America/New_York', '2025-11-02T04:00:00Z', '2025-11-02T05:30:00Z'],
    ['30 1 * * *', 'America/New_York', '2025-11-02T05:30:00Z', '2025-11-02T06:30:00Z'],
    ['30 1 * * *', 'America/New_York', '2025-11-02T06:30:00Z', '2025-11-03T06:30:00Z'],
    // Days that begin at one o'clock, and days of 25 hours.
    ['0 0 * * *', 'Africa/Cairo', '2025-04-24T12:00:00Z', '2025-04-25T21:00:00Z'],
    ['15 0 * * *', 'Europe/Berlin', '2025-10-26T12:00:00Z', '2025-10-26T23:15:00Z'],
  ];
  for (const [text, zone, after, expected] of table) {
    it(`${text} in ${zone} after ${after}`, () => {
      const due = nextDue(parseSchedule(text).schedule, Date.parse(after), zone);
      assert.equal(due === undefined ? undefined : `${new Date(due).toISOString().slice(0, 19)}Z`, expected);
    });
  }

  it('law: at the first minute whose wall clock says so', () => {
    const minutes = fc.constantFrom('*', '*/7', '30', '0,59');
    const hours = fc.constantFrom('*', '2', '1-3', '23');
    const zones = fc.constantFrom('UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Sydney');
    const starts = fc.integer({ min: 0, max: 365 * 24 * 60 }).map(n => Date.parse('2025-01-01T00:00:00Z') + n * 60_000);
    fc.assert(
      fc.property(minutes, hours, zones, starts, (minute, hour, zone, start) => {
        const { schedule } = parseSchedule(`${minute} ${hour} * * *`);
        assert.ok(schedule.kind === 'wall clock');
        const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
        let at = start + 60_000;
        const says = (): boolean => {
          const [h = '', m = ''] = format.format(at).split(':');
          return schedule.hours.has(Number(h)) && schedule.minutes.has(Number(m));
        };
        while (!says()) at += 60_000;
        assert.equal(nextDue(schedule, start, zone), at);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a start that is owed', () => {
  const owed = (text: string, since: string, now: string) => {
    const { at, isTooMany } = owedSince(parseSchedule(text).schedule, Date.parse(since), Date.parse(now), 'UTC');
    return [at === undefined ? undefined : new Date(at).toISOString().slice(11, 16), isTooMany];
  };
  const day = '2025-01-01T';
  const table: [string, string, string, string | undefined, boolean][] = [
    ['none yet', '10:00:00Z', '10:59:59Z', undefined, false],
    ['the first', '10:00:00Z', '11:00:00Z', '11:00', false],
    ['the last of several', '10:00:00Z', '13:30:00Z', '13:00', false],
    ['the last of many', '10:00:00Z', '23:59:00Z', '23:00', false],
  ];
  for (const [what, since, now, at, isTooMany] of table) {
    it(what, () => assert.deepEqual(owed('0 * * * *', day + since, day + now), [at, isTooMany]));
  }
  it('is told of when there are too many', () => {
    assert.deepEqual(owed('* * * * *', '2025-01-01T00:00:00Z', '2026-01-01T00:00:30Z'), ['00:00', true]);
  });
  it('of an uneven schedule is the last one, too', () => {
    assert.deepEqual(owed('0,1 * * * *', '2025-01-01T00:30:00Z', '2025-01-01T09:30:00Z'), ['09:01', true]);
  });
});

type Spec = NonNullable<CronJob['spec']>;
const cronJob = (spec: Partial<Spec> = {}, status: object = { lastScheduleTime: ago(3600) }): CronJob => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'tick', namespace: 'default', uid: 'uid-of-tick', creationTimestamp: ago(86_400) as never },
  spec: {
    schedule: '0 * * * *',
    timeZone: 'Etc/UTC',
    concurrencyPolicy: 'Allow',
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 1,
    jobTemplate: { metadata: { labels: { app: 'tick' } }, spec: { template: {} } },
    ...spec,
  },
  status,
});
const minute = noon / 60_000;
const job = (name: string, end?: string, more: object = {}): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'default', uid: `uid-of-${name}`, ownerReferences: [ownedBy(cronJob())] },
  status: { ...(end ? { conditions: [{ type: end, status: 'True' }] } : {}), ...more },
});
const active = (name: string) => ({ kind: 'Job', name, uid: `uid-of-${name}` });

describe('what a cron job does next', () => {
  it('makes a job whose name is the minute, and looks again at the next', () => {
    const { start, lookAgainAfterMs } = planFor(cronJob(), [], noon);
    assert.equal(start?.job.metadata.name, `tick-${minute}`);
    assert.deepEqual(start?.job.metadata.labels, { app: 'tick' });
    assert.deepEqual(start?.job.metadata.annotations, {
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2025-01-01T12:00:00Z',
    });
    assert.equal(lookAgainAfterMs, 3_600_100);
  });

  const busy = { lastScheduleTime: ago(3600), active: [active('old')] };
  const table: [string, CronJob, Job[], number, string][] = [
    ['nothing before its time', cronJob(), [], noon - 1, ''],
    ['nothing while suspended', cronJob({ suspend: true }), [], noon, ''],
    ['runs beside what runs', cronJob({}, busy), [job('old')], noon, `start tick-${minute}`],
    ['is left out while another runs', cronJob({ concurrencyPolicy: 'Forbid' }, busy), [job('old')], noon, ''],
    [
      'takes the place of what runs',
      cronJob({ concurrencyPolicy: 'Replace' }, busy),
      [job('old')],
      noon,
      `replace old, start tick-${minute}`,
    ],
    ['makes up for one that was missed', cronJob(), [], noon + 1_800_000, `start tick-${minute}`],
    ['not after its deadline', cronJob({ startingDeadlineSeconds: 60 }), [], noon + 1_800_000, ''],
    ['finds the job that it made before it ended', cronJob(), [job(`tick-${minute}`)], noon, `active tick-${minute}`],
    [
      'keeps as many as it is to',
      cronJob(),
      [job('a', 'Complete', { startTime: ago(9) }), job('b', 'Complete', { startTime: ago(99) })],
      noon - 1,
      'forget b',
    ],
  ];
  for (const [what, of, jobs, now, expected] of table) {
    it(what, () => {
      const { replace, forget, start, status } = planFor(of, jobs, now);
      const fresh = (status.active ?? []).filter(({ name }) => name !== 'old');
      const said = [
        ...forget.map(({ metadata }) => `forget ${metadata.name}`),
        ...replace.map(({ metadata }) => `replace ${metadata.name}`),
        ...fresh.map(({ name }) => `active ${name}`),
        ...(start ? [`start ${start.job.metadata.name}`] : []),
      ];
      assert.equal(said.join(', '), expected);
    });
  }

  it('follows its jobs', () => {
    const before = { lastScheduleTime: ago(0), active: [active('done'), active('gone'), active('runs')] };
    const jobs = [job('done', 'Complete', { completionTime: ago(5) }), job('runs'), job('stray')];
    const { status, news } = planFor(cronJob({}, before), jobs, noon + 1);
    assert.deepEqual(
      status.active?.map(({ name }) => name),
      ['runs'],
    );
    assert.equal(status.lastSuccessfulTime, ago(5));
    assert.deepEqual(
      news.map(({ reason }) => reason),
      ['SawCompletedJob', 'MissingJob', 'UnexpectedJob'],
    );
  });

  it('says what it cannot understand', () => {
    const reasons = (spec: Partial<Spec>): string[] => planFor(cronJob(spec), [], noon).news.map(n => n.reason);
    assert.deepEqual(reasons({ schedule: 'soon' }), ['UnparseableSchedule']);
    assert.deepEqual(reasons({ timeZone: 'Mars/Olympus' }), ['UnknownTimeZone']);
  });
});

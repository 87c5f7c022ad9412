/** Jobs: which end well, which do not and why, which wait, which are forgotten; and what comes by the clock. */
import assert from 'node:assert/strict';
import type { Job } from '../../../api/types.js';
import { cronJobs, jobs, pods } from '../../../client/resources.js';
import { eventually } from '../lab.js';
import { image } from '../node/scene.js';
import { conditionOf, object, type Part } from './stage.js';

const podTemplate = (script: string) => ({
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'c', image, command: ['sh', '-c', script] }],
  },
});
const job = (name: string, script: string, spec: object = {}) =>
  object('batch/v1', 'Job', name, { spec: { ...spec, template: podTemplate(script) } });

const onExit = (action: string, code: number) => ({
  action,
  onExitCodes: { operator: 'In', values: [code] },
});

export const work: Part = {
  namespace: 'work',
  objects: [
    job('fails', 'exit 1', { backoffLimit: 0 }),
    job('indexed', '[ "$JOB_COMPLETION_INDEX" != 1 ]', {
      completions: 3,
      parallelism: 3,
      completionMode: 'Indexed',
      backoffLimitPerIndex: 0,
    }),
    job('given-up', 'exit 42', { backoffLimit: 5, podFailurePolicy: { rules: [onExit('FailJob', 42)] } }),
    job('waits', 'true', { suspend: true }),
    job('forgotten', 'true', { ttlSecondsAfterFinished: 1 }),
    job('too-long', 'sleep 1000', { activeDeadlineSeconds: 2 }),
    object('batch/v1', 'CronJob', 'minutely', {
      spec: {
        schedule: '* * * * *',
        concurrencyPolicy: 'Forbid',
        jobTemplate: { metadata: { labels: { by: 'clock' } }, spec: { template: podTemplate('true') } },
      },
    }),
  ],

  tests({ stage, until, untilGone, list }) {
    const ended = (name: string, type: string): Promise<Job> =>
      until(jobs, name, one => conditionOf(one, type)?.status === 'True');

    it('whose pod fails once more than is allowed', async () => {
      const failed = await ended('fails', 'Failed');
      assert.equal(conditionOf(failed, 'Failed')?.reason, 'BackoffLimitExceeded');
      assert.equal(failed.status?.failed, 1);
    });

    it('whose indexes end each for itself', async () => {
      const { status } = await ended('indexed', 'Failed');
      assert.deepEqual([status?.completedIndexes, status?.failedIndexes], ['0,2', '1']);
    });

    it('whose policy gives up at the first exit that no repetition mends', async () => {
      const failed = await ended('given-up', 'Failed');
      assert.equal(conditionOf(failed, 'Failed')?.reason, 'PodFailurePolicy');
      assert.equal((await list(pods, 'job-name=given-up')).length, 1);
    });

    it('whose time is over', async () => {
      const failed = await ended('too-long', 'Failed');
      assert.equal(conditionOf(failed, 'Failed')?.reason, 'DeadlineExceeded');
      await until(jobs, 'too-long', ({ status }) => (status?.active ?? 0) === 0);
    });

    it('that is suspended has no pods until it is not', async () => {
      const waiting = await until(jobs, 'waits', one => conditionOf(one, 'Suspended')?.status === 'True');
      assert.equal(waiting.status?.startTime, undefined);
      assert.deepEqual(await list(pods, 'job-name=waits'), []);
      await stage().api.patch(jobs, { namespace: 'work', name: 'waits' }, 'merge', { spec: { suspend: false } });
      assert.equal((await ended('waits', 'Complete')).status?.succeeded, 1);
    });

    it('that has ended goes when its time to live is over, with its pods', async () => {
      await untilGone(jobs, 'forgotten');
      await eventually(
        () => list(pods, 'job-name=forgotten'),
        left => left.length === 0,
      );
    });

    it('that a cron job makes when the minute comes', async () => {
      const cronJob = await until(cronJobs, 'minutely', ({ status }) => status?.lastScheduleTime !== undefined, 90_000);
      assert.match(cronJob.status?.lastScheduleTime ?? '', /:00Z$/);
      const [made] = await list(jobs, 'by=clock');
      assert.equal(made?.metadata.ownerReferences?.[0]?.uid, cronJob.metadata.uid);
      await ended(made?.metadata.name ?? '', 'Complete');
      await until(cronJobs, 'minutely', ({ status }) => (status?.active ?? []).length === 0);
    });
  },
};

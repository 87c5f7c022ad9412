import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CronJob, Job } from '../../api/types.js';
import { cronJobs, jobs } from '../../client/resources.js';
import { Cluster, Crash } from '../testing/cluster.js';
import { cronJobController } from './controller.js';

const name = { namespace: 'default', name: 'tick' };
const begun = (spec: object = {}): Cluster => {
  const cluster = new Cluster();
  cluster.put(cronJobs, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { ...name, uid: 'uid-of-tick' },
    spec: {
      schedule: '*/10 * * * *',
      timeZone: 'Etc/UTC',
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { spec: { template: {} } },
      ...spec,
    },
  } as CronJob);
  cluster.start(cronJobController);
  return cluster;
};
const finish = (cluster: Cluster, job: Job): void => {
  const completionTime = '2025-01-01T01:00:00Z';
  const status = { completionTime, conditions: [{ type: 'Complete', status: 'True' }] };
  cluster.put(jobs, { ...job, status });
};
const status = (cluster: Cluster) => cluster.find(cronJobs, name)?.status;

describe('the cron job controller', () => {
  it('makes a job each time, and says which', async () => {
    const cluster = begun();
    await cluster.pass(25 * 60_000);
    assert.equal(cluster.all(jobs).length, 2);
    assert.equal(status(cluster)?.active?.length, 2);
    assert.equal(status(cluster)?.lastScheduleTime, '2025-01-01T00:20:00Z');
    assert.equal(
      cluster.events.filter(event => event.startsWith('Normal SuccessfulCreate Created job tick-')).length,
      2,
    );
    for (const job of cluster.all(jobs)) finish(cluster, job);
    await cluster.settle();
    assert.equal(status(cluster)?.active, undefined);
    assert.equal(status(cluster)?.lastSuccessfulTime, '2025-01-01T01:00:00Z');
  });

  it('keeps the last finished ones', async () => {
    const cluster = begun({ successfulJobsHistoryLimit: 2 });
    for (let i = 0; i < 5; i++) {
      await cluster.pass(600_200);
      for (const job of cluster.all(jobs)) finish(cluster, job);
      await cluster.settle();
    }
    assert.equal(cluster.all(jobs).length, 2);
  });

  it('replaces what still runs', async () => {
    const cluster = begun({ concurrencyPolicy: 'Replace' });
    await cluster.pass(25 * 60_000);
    assert.equal(cluster.all(jobs).length, 1);
    assert.equal(status(cluster)?.active?.length, 1);
  });

  it('law: makes each job once, wherever it crashes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 8 }), async crashes => {
        const cluster = begun();
        const lives = [...crashes, Number.POSITIVE_INFINITY];
        for (const writes of lives) {
          cluster.now += 600_000;
          for (const life of [writes, Number.POSITIVE_INFINITY]) {
            cluster.crashAfter = life;
            cluster.start(cronJobController);
            await cluster.settle().catch(error => assert.ok(error instanceof Crash, String(error)));
          }
        }
        assert.equal(cluster.writes.filter(write => write.startsWith('create jobs')).length, lives.length);
        assert.equal(status(cluster)?.active?.length, lives.length);
      }),
      { numRuns: 40 },
    );
  });
});

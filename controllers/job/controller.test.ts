import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Job, JobSpec, Pod } from '../../api/types.js';
import { jobs, pods } from '../../client/resources.js';
import { isActive } from '../pod-state.js';
import { Cluster, Crash } from '../testing/cluster.js';
import { report } from '../testing/kubelet.js';
import { ownedBy } from '../testing/objects.js';
import { ttlAfterFinishedController } from '../ttlafterfinished/controller.js';
import { jobController } from './controller.js';
import { jobPodFinalizers } from './finalizer.js';
import { indexKey, trackingFinalizer } from './pods.js';
import { isFinished } from './verdict.js';

const key = { namespace: 'default', name: 'work' };
const controller = jobController({ tracks: true });
const jobOf = (spec: Partial<JobSpec> = {}): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { ...key, uid: 'uid-of-work', generation: 1 },
  spec: {
    completions: 3,
    parallelism: 2,
    backoffLimit: 6,
    selector: { matchLabels: { job: 'work' } },
    template: {
      metadata: { labels: { job: 'work' } },
      spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] },
    },
    ...spec,
  },
});
const begun = async (spec: Partial<JobSpec> = {}): Promise<Cluster> => {
  const cluster = new Cluster();
  cluster.put(jobs, jobOf(spec));
  cluster.start(controller);
  await cluster.settle();
  return cluster;
};
const found = (cluster: Cluster): Job => cluster.find(jobs, key) as Job;
const active = (cluster: Cluster): Pod[] => cluster.all(pods).filter(isActive);
const end = async (cluster: Cluster, phase: string, which = active(cluster)): Promise<void> => {
  for (const pod of which) report(cluster, pod, { phase });
  await cluster.settle();
};
const condition = (cluster: Cluster, type: string) =>
  found(cluster).status?.conditions?.find(one => one.type === type && one.status === 'True');

describe('the job controller', () => {
  it('brings the work to its end, a few pods at a time', async () => {
    const cluster = await begun();
    assert.equal(active(cluster).length, 2);
    assert.equal(found(cluster).status?.active, 2);
    await end(cluster, 'Succeeded');
    assert.equal(active(cluster).length, 1);
    await end(cluster, 'Succeeded');
    const { status } = found(cluster);
    assert.deepEqual([status?.succeeded, status?.active, status?.failed], [3, undefined, undefined]);
    assert.ok(condition(cluster, 'Complete') && status?.completionTime);
    assert.ok(cluster.all(pods).every(({ metadata }) => !metadata.finalizers?.length));
    assert.ok(cluster.events.includes('Normal Completed Job completed'));
  });

  it('tries again, later and later, until it has had enough', async () => {
    const cluster = await begun({ completions: 1, parallelism: 1, backoffLimit: 2 });
    await end(cluster, 'Failed');
    assert.equal(active(cluster).length, 0);
    await cluster.pass(10_000);
    await end(cluster, 'Failed');
    await cluster.pass(19_000);
    assert.equal(active(cluster).length, 0);
    await cluster.pass(1_000);
    await end(cluster, 'Failed');
    assert.equal(condition(cluster, 'Failed')?.reason, 'BackoffLimitExceeded');
    assert.equal(found(cluster).status?.failed, 3);
    assert.ok(cluster.events.includes('Warning BackoffLimitExceeded Job has reached the specified backoff limit'));
  });

  it('ends what runs at its deadline', async () => {
    const cluster = await begun({ activeDeadlineSeconds: 30 });
    await cluster.pass(29_000);
    assert.equal(active(cluster).length, 2);
    await cluster.pass(1_000);
    cluster.finishDeletions(pods);
    await cluster.settle();
    assert.equal(condition(cluster, 'Failed')?.reason, 'DeadlineExceeded');
    assert.equal(found(cluster).status?.failed, 2);
  });

  it('takes its pods back while it is suspended, and does not count them', async () => {
    const cluster = await begun();
    const set = (suspend: boolean): void => {
      const job = found(cluster);
      cluster.put(jobs, { ...job, spec: { ...(job.spec as JobSpec), suspend } });
    };
    set(true);
    await cluster.settle();
    assert.equal(cluster.all(pods).length, 0);
    assert.ok(condition(cluster, 'Suspended'));
    assert.equal(found(cluster).status?.failed, undefined);
    set(false);
    await cluster.settle();
    assert.equal(active(cluster).length, 2);
    assert.ok(cluster.events.includes('Normal Resumed Job resumed'));
  });

  it('does each index once', async () => {
    const cluster = await begun({ completionMode: 'Indexed', parallelism: 3 });
    const indexes = (): (string | undefined)[] => active(cluster).map(pod => pod.metadata.annotations?.[indexKey]);
    assert.deepEqual(indexes(), ['0', '1', '2']);
    await end(cluster, 'Failed', active(cluster).slice(1, 2));
    await cluster.pass(10_000);
    assert.deepEqual(indexes().sort(), ['0', '1', '2']);
    await end(cluster, 'Succeeded');
    assert.equal(found(cluster).status?.completedIndexes, '0-2');
    assert.ok(condition(cluster, 'Complete'));
  });

  it('gives up one index, and finishes the others', async () => {
    const cluster = await begun({
      completionMode: 'Indexed',
      parallelism: 3,
      backoffLimit: 2 ** 31 - 1,
      backoffLimitPerIndex: 1,
    });
    const zero = (): Pod[] => active(cluster).filter(pod => pod.metadata.annotations?.[indexKey] === '0');
    await end(cluster, 'Failed', zero());
    await cluster.pass(10_000);
    assert.equal(zero().length, 1);
    await end(cluster, 'Failed', zero());
    await end(cluster, 'Succeeded');
    const { status } = found(cluster);
    assert.deepEqual([status?.failedIndexes, status?.completedIndexes], ['0', '1,2']);
    assert.equal(condition(cluster, 'Failed')?.reason, 'FailedIndexes');
  });

  it('adopts with the finalizer, and leaves jobs of others alone', async () => {
    const cluster = new Cluster();
    cluster.put(jobs, jobOf());
    const [template] = [jobOf().spec?.template];
    const orphan = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'o', namespace: 'default', ...template?.metadata },
    };
    cluster.put(pods, { ...orphan, status: { phase: 'Running' } } as Pod);
    cluster.start(controller);
    await cluster.settle();
    assert.deepEqual(cluster.find(pods, { namespace: 'default', name: 'o' })?.metadata.finalizers, [trackingFinalizer]);
    assert.equal(active(cluster).length, 2);
    const others = await begun({ managedBy: 'example.com/queue' });
    assert.deepEqual(others.writes, []);
  });

  it('counts by what there is to see, where the server keeps no tracking', async () => {
    const cluster = new Cluster();
    cluster.put(jobs, jobOf());
    cluster.start(jobController({ tracks: false }));
    await cluster.settle();
    assert.ok(active(cluster).every(({ metadata }) => !metadata.finalizers?.length));
    await end(cluster, 'Succeeded');
    await end(cluster, 'Succeeded');
    assert.equal(found(cluster).status?.succeeded, 3);
    assert.ok(condition(cluster, 'Complete'));
  });

  it('law: counts each pod once, wherever it crashes and whatever is deleted', async () => {
    const fates = fc.array(fc.constantFrom('Succeeded', 'Failed', 'lost'), { maxLength: 12 });
    const lives = fc.array(fc.nat({ max: 7 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fates, lives, async (fates, crashes) => {
        const cluster = new Cluster();
        cluster.put(jobs, jobOf({ completions: 4, backoffLimit: 100 }));
        const ended = { Succeeded: 0, Failed: 0 };
        const turn = async (writes: number): Promise<void> => {
          cluster.crashAfter = writes;
          cluster.start(controller);
          await cluster.pass(600_000).catch(error => assert.ok(error instanceof Crash, String(error)));
        };
        const queue = [...fates];
        const budget = [...crashes];
        for (let round = 0; round < 60 && !isFinished(found(cluster)); round++) {
          await turn(budget.pop() ?? Number.POSITIVE_INFINITY);
          const [pod] = active(cluster);
          if (!pod) continue;
          const fate = queue.pop() ?? 'Succeeded';
          if (fate === 'lost') {
            cluster.put(pods, { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2025-01-01T00:00:00Z' } });
            ended.Failed++;
          } else {
            report(cluster, pod, { phase: fate });
            ended[fate as 'Succeeded' | 'Failed']++;
          }
        }
        // What was taken away while it was noted must not be missing.
        for (let last = 0; last < 3; last++) {
          cluster.finishDeletions(pods);
          await turn(Number.POSITIVE_INFINITY);
        }
        const { status } = found(cluster);
        assert.deepEqual([status?.succeeded ?? 0, status?.failed ?? 0], [ended.Succeeded, ended.Failed]);
        assert.ok(condition(cluster, 'Complete'));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the finalizer of a pod of a job', () => {
  const pod = (uid: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `of-${uid}`,
      namespace: 'default',
      finalizers: [trackingFinalizer],
      ownerReferences: [ownedBy({ ...jobOf(), metadata: { ...key, uid } })],
    },
  });
  it('goes when there is no such job any more, and not before', async () => {
    const cluster = new Cluster();
    cluster.put(jobs, jobOf());
    cluster.put(pods, pod('uid-of-work'));
    cluster.put(pods, pod('another'));
    cluster.start(jobPodFinalizers);
    await cluster.settle();
    assert.deepEqual(cluster.writes, ['patch pods default/of-another']);
    cluster.remove(jobs, key);
    await cluster.settle();
    assert.deepEqual(cluster.writes.slice(1), ['patch pods default/of-uid-of-work']);
  });
});

describe('a job that is to go after it has finished', () => {
  it('goes at that time', async () => {
    const cluster = new Cluster();
    const conditions = [{ type: 'Complete', status: 'True', lastTransitionTime: '2025-01-01T00:00:00Z' }];
    cluster.put(jobs, { ...jobOf({ ttlSecondsAfterFinished: 100 }), status: { conditions } });
    cluster.put(jobs, { ...jobOf({ ttlSecondsAfterFinished: 1 }), metadata: { ...key, name: 'running' } });
    cluster.start(ttlAfterFinishedController);
    await cluster.pass(99_000);
    assert.deepEqual(cluster.writes, []);
    await cluster.pass(2_000);
    assert.deepEqual(cluster.writes, ['delete jobs default/work']);
  });
});

import assert from 'node:assert/strict';
import type { Job, JobSpec, Pod } from '../../api/types.js';
import { ago, noon, pod } from '../testing/objects.js';
import { Indexes } from './indexes.js';
import { planFor } from './plan.js';
import { failureCountKey, indexKey, podFor, trackingFinalizer } from './pods.js';

const jobOf = (spec: Partial<JobSpec> = {}, status: object = { startTime: ago(60) }): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'work', namespace: 'default', uid: 'uid-of-work', generation: 1 },
  spec: {
    completions: 3,
    parallelism: 2,
    backoffLimit: 6,
    selector: { matchLabels: { app: 'web' } },
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } },
    ...spec,
  },
  status,
});

interface Traits {
  counted?: boolean;
  index?: number;
  failures?: number;
  code?: number;
  endedAgo?: number;
  going?: boolean;
  restarts?: number;
}
const podIn = (phase: string, name: string, traits: Traits = {}): Pod => {
  const { counted, index, failures, code, endedAgo = 3600, going, restarts = 0 } = traits;
  const ended = phase === 'Failed' || phase === 'Succeeded';
  const terminated = { exitCode: code ?? (phase === 'Failed' ? 1 : 0), finishedAt: ago(endedAgo) };
  const made = pod(name, {
    phase,
    ready: phase === 'Running' ? 60 : false,
    annotations: {
      ...(index === undefined ? {} : { [indexKey]: String(index) }),
      ...(failures === undefined ? {} : { [failureCountKey]: String(failures) }),
    },
    ...(counted ? {} : { finalizers: [trackingFinalizer] }),
    ...(going ? { terminating: true } : {}),
  });
  const statuses = [{ name: 'c', restartCount: restarts, ...(ended ? { state: { terminated } } : {}) }];
  return { ...made, status: { ...made.status, containerStatuses: statuses as never } };
};
const run = (name: string, traits?: Traits): Pod => podIn('Running', name, traits);
const ok = (name: string, traits?: Traits): Pod => podIn('Succeeded', name, traits);
const bad = (name: string, traits?: Traits): Pod => podIn('Failed', name, traits);

const said = (job: Job, pods: Pod[]): string => {
  const { create, withdraw, end, release } = planFor(job, pods, noon);
  const names = (list: Pod[]): string => list.map(({ metadata }) => metadata.name).join(' ');
  return [
    create.length > 0 ? `create ${create.map(({ index }) => index ?? '-').join(' ')}` : '',
    withdraw.length > 0 ? `withdraw ${names(withdraw)}` : '',
    end.length > 0 ? `end ${names(end)}` : '',
    release.length > 0 ? `release ${names(release)}` : '',
  ]
    .filter(Boolean)
    .join(', ');
};
const indexed = (spec: Partial<JobSpec> = {}): Partial<JobSpec> => ({ completionMode: 'Indexed', ...spec });
const perIndex = (spec: Partial<JobSpec> = {}): Partial<JobSpec> =>
  indexed({ backoffLimitPerIndex: 1, backoffLimit: 2 ** 31 - 1, ...spec });

describe('what a job does next', () => {
  const table: [string, Partial<JobSpec>, Pod[], string][] = [
    ['as many as may run at a time', {}, [], 'create - -'],
    ['one more when one has succeeded', {}, [ok('a'), run('b')], 'create -, release a'],
    ['no more than are still needed', {}, [ok('a'), ok('b')], 'create -, release a b'],
    ['replaces a failed one when its time has come', {}, [bad('a'), run('b')], 'create -, release a'],
    ['not before', {}, [bad('a', { endedAgo: 5 }), run('b')], 'release a'],
    ['later after each failure', {}, [bad('a', { endedAgo: 30 }), bad('b', { endedAgo: 15 })], 'release a b'],
    ['takes surplus back', { parallelism: 1 }, [run('a'), run('b')], 'withdraw a'],
    ['takes all back when suspended', { suspend: true }, [run('a'), run('b')], 'withdraw a b'],
    ['nothing more when enough have succeeded', { completions: 1 }, [ok('a'), run('b')], 'withdraw b, release a'],
    ['ends all beyond the limit', { backoffLimit: 0 }, [bad('a'), run('b')], 'end b, release a'],
    ['and at the deadline', { activeDeadlineSeconds: 60 }, [run('a')], 'end a'],
    ['a queue of work: all at once', { completions: undefined as never }, [], 'create - -'],
    ['until one worker is done', { completions: undefined as never }, [ok('a'), run('b')], 'release a'],
    ['a pod that goes has failed', {}, [run('a', { going: true, endedAgo: 3600 }), run('b')], 'create -, release a'],
    [
      'but not where its end is waited for',
      { podReplacementPolicy: 'Failed' },
      [run('a', { going: true }), run('b')],
      '',
    ],
    ['the lowest indexes first', indexed(), [], 'create 0 1'],
    ['the next', indexed(), [ok('a', { index: 1 }), run('b', { index: 0 })], 'create 2, release a'],
    ['an index again that failed', indexed(), [bad('a', { index: 0 }), run('b', { index: 1 })], 'create 0, release a'],
    ['an index only once', indexed(), [run('a', { index: 0 }), run('b', { index: 0 })], 'withdraw a'],
    ['no index beyond the last', indexed(), [run('a', { index: 7 }), run('b', { index: 0 })], 'withdraw a'],
    [
      'keeps the failed pod of an index until its next is made',
      perIndex(),
      [bad('a', { index: 0, failures: 0 }), run('b', { index: 1 })],
      'create 0',
    ],
    [
      'then lets it go',
      perIndex(),
      [bad('a', { index: 0, failures: 0 }), run('c', { index: 0, failures: 1 }), run('b', { index: 1 })],
      'release a',
    ],
    [
      'leaves an index that failed too often, and goes on',
      perIndex(),
      [bad('a', { index: 0, failures: 1 }), run('b', { index: 1 })],
      'create 2, release a',
    ],
    [
      'waits for one index, and not for the others',
      perIndex({ parallelism: 3 }),
      [bad('a', { index: 0, failures: 0, endedAgo: 5 })],
      'create 1 2',
    ],
  ];
  for (const [what, spec, pods, expected] of table) it(what, () => assert.equal(said(jobOf(spec), pods), expected));

  it('lets everything go when it is deleted', () => {
    const job = jobOf();
    job.metadata.deletionTimestamp = ago(1);
    assert.equal(said(job, [run('a'), ok('b')]), 'release a b');
  });

  it('says when to look again', () => {
    assert.equal(planFor(jobOf(), [bad('a', { endedAgo: 4 }), run('b')], noon).lookAgainAfterMs, 6_000);
    assert.equal(planFor(jobOf({ activeDeadlineSeconds: 90 }), [run('a'), run('b')], noon).lookAgainAfterMs, 30_000);
  });
});

describe('the count of a job', () => {
  const status = (job: Job, pods: Pod[]) => planFor(job, pods, noon).status;
  it('notes a pod first', () => {
    const { uncountedTerminatedPods, succeeded, failed } = status(jobOf(), [ok('a'), bad('b'), run('c')]);
    assert.deepEqual(uncountedTerminatedPods, { succeeded: ['uid-of-a'], failed: ['uid-of-b'] });
    assert.deepEqual([succeeded, failed], [undefined, undefined]);
  });

  it('counts it when its finalizer is gone, and once', () => {
    const uncounted = { uncountedTerminatedPods: { succeeded: ['uid-of-a'], failed: ['uid-of-gone'] } };
    const noted = jobOf({}, { startTime: ago(60), succeeded: 1, ...uncounted });
    const still = status(noted, [ok('a')]);
    assert.deepEqual([still.succeeded, still.failed], [1, 1]);
    assert.deepEqual(still.uncountedTerminatedPods, { succeeded: ['uid-of-a'] });
    const then = status(noted, [ok('a', { counted: true })]);
    assert.deepEqual([then.succeeded, then.failed, then.uncountedTerminatedPods], [2, 1, {}]);
  });

  it('is of indexes, where there are any', () => {
    const job = jobOf(indexed({ completions: 9 }), { startTime: ago(60), completedIndexes: '0-2' });
    const { completedIndexes, succeeded } = status(job, [ok('a', { index: 4 }), ok('b', { index: 2 })]);
    assert.deepEqual([completedIndexes, succeeded], ['0-2,4', 4]);
  });

  it('never holds more than 500 in the status, nor lets one go that it did not note', () => {
    const pods = Array.from({ length: 600 }, (_, i) => ok(`p${i}`));
    const plan = planFor(jobOf({ completions: 600 }), pods, noon);
    assert.equal(plan.status.uncountedTerminatedPods?.succeeded?.length, 500);
    assert.equal(plan.release.length, 500);
    assert.equal(plan.lookAgainAfterMs, 0);
  });
});

describe('the end of a job', () => {
  const conditions = (job: Job, pods: Pod[]): string[] =>
    (planFor(job, pods, noon).status.conditions ?? []).map(({ type, reason }) => `${type} ${reason}`);
  const done = (...names: string[]): Pod[] => names.map(name => ok(name, { counted: true }));

  it('is complete when all are counted', () => {
    const counted = jobOf({}, { startTime: ago(60), succeeded: 3 });
    const plan = planFor(counted, done('a', 'b', 'c'), noon);
    assert.deepEqual(conditions(counted, done('a', 'b', 'c')), [
      'SuccessCriteriaMet CompletionsReached',
      'Complete CompletionsReached',
    ]);
    assert.equal(plan.status.completionTime, ago(0));
    assert.deepEqual(plan.news, [{ type: 'Normal', reason: 'Completed', message: 'Job completed' }]);
  });

  const table: [string, Partial<JobSpec>, Pod[], string][] = [
    ['not while one is not counted', {}, [ok('a'), ok('b'), ok('c')], 'SuccessCriteriaMet CompletionsReached'],
    [
      'too many failures',
      { backoffLimit: 1 },
      [bad('a', { endedAgo: 30 }), bad('b', { endedAgo: 1 }), run('c')],
      'FailureTarget BackoffLimitExceeded',
    ],
    [
      'too many restarts',
      {
        backoffLimit: 2,
        template: { spec: { restartPolicy: 'OnFailure', containers: [] } },
      },
      [run('a', { restarts: 1 }), run('b', { restarts: 1 })],
      'FailureTarget BackoffLimitExceeded',
    ],
    ['too long', { activeDeadlineSeconds: 60 }, [run('a')], 'FailureTarget DeadlineExceeded'],
    ['not too long', { activeDeadlineSeconds: 61 }, [run('a')], ''],
    [
      'a failure that ends all',
      {
        podFailurePolicy: {
          rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }],
        },
      },
      [bad('a', { code: 42 }), run('b')],
      'FailureTarget PodFailurePolicy',
    ],
    [
      'all indexes done or failed',
      perIndex(),
      [bad('a', { index: 0, failures: 1 }), ok('b', { index: 1 }), ok('c', { index: 2 })],
      'FailureTarget FailedIndexes',
    ],
    [
      'too many failed indexes',
      perIndex({ maxFailedIndexes: 0 }),
      [bad('a', { index: 0, failures: 1 }), run('b', { index: 1 })],
      'FailureTarget MaxFailedIndexesExceeded',
    ],
    [
      'enough indexes',
      indexed({ successPolicy: { rules: [{ succeededIndexes: '0,2', succeededCount: 1 }] } }),
      [ok('a', { index: 2 }), run('b', { index: 0 })],
      'SuccessCriteriaMet SuccessPolicy',
    ],
    [
      'not the right indexes',
      indexed({ successPolicy: { rules: [{ succeededIndexes: '0' }] } }),
      [ok('a', { index: 2 }), run('b', { index: 0 })],
      '',
    ],
  ];
  for (const [what, spec, pods, expected] of table) {
    it(what, () => assert.equal(conditions(jobOf(spec), pods).join(), expected));
  }

  it('has failed when what ran has ended and is counted', () => {
    const condition = { type: 'FailureTarget', status: 'True', reason: 'DeadlineExceeded', message: 'too long' };
    const job = jobOf({}, { startTime: ago(60), failed: 1, conditions: [condition] });
    assert.deepEqual(conditions(job, [bad('a', { counted: true })]), [
      'FailureTarget DeadlineExceeded',
      'Failed DeadlineExceeded',
    ]);
    assert.deepEqual(conditions(job, [run('a', { going: true })]), ['FailureTarget DeadlineExceeded']);
    assert.deepEqual(planFor(job, [], noon).news, [
      { type: 'Warning', reason: 'DeadlineExceeded', message: 'too long' },
    ]);
  });

  it('does not count a failure that is to be ignored', () => {
    const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }];
    const lost = bad('a');
    lost.status?.conditions?.push({ type: 'DisruptionTarget', status: 'True' });
    const job = jobOf({ backoffLimit: 0, podFailurePolicy: { rules } });
    const { status, release } = planFor(job, [lost], noon);
    assert.equal(status.conditions, undefined);
    assert.deepEqual([status.uncountedTerminatedPods, release.length], [{}, 1]);
  });
});

describe('a suspended job', () => {
  it('says so, has no clock, and begins anew', () => {
    const waiting = planFor(jobOf({ suspend: true }, {}), [], noon);
    assert.equal(waiting.status.startTime, undefined);
    assert.deepEqual(waiting.news, [{ type: 'Normal', reason: 'Suspended', message: 'Job suspended' }]);
    const resumed = planFor(jobOf({}, { ...waiting.status, startTime: ago(900) }), [], noon);
    assert.equal(resumed.status.startTime, ago(0));
    assert.deepEqual(
      resumed.status.conditions?.map(({ type, status, reason }) => [type, status, reason]),
      [['Suspended', 'False', 'JobResumed']],
    );
  });
});

describe('a pod of an indexed job', () => {
  it('knows its index, by label, annotation, host name and variable', () => {
    const { metadata, spec } = podFor(jobOf(indexed()), { index: 2, failures: { counted: 1, ignored: 0 } });
    assert.equal(metadata.generateName, 'work-2-');
    assert.deepEqual(metadata.annotations, { [indexKey]: '2', [failureCountKey]: '1' });
    assert.equal(metadata.labels?.[indexKey], '2');
    assert.equal(spec?.hostname, 'work-2');
    assert.deepEqual(spec?.containers[0]?.env, [
      {
        name: 'JOB_COMPLETION_INDEX',
        valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" } },
      },
    ]);
  });
});

describe('indexes', () => {
  const table: [string, string][] = [
    ['', ''],
    ['1', '1'],
    ['1,2', '1,2'],
    ['1-3', '1-3'],
    ['1,3-5,7', '1,3-5,7'],
    ['0-1,8-20', '0,1,8,9'],
    ['x,2,-', '2'],
  ];
  for (const [text, expected] of table) {
    it(`'${text}' are '${expected}' below 10`, () => assert.equal(Indexes.parse(text, 10).toString(), expected));
  }
});

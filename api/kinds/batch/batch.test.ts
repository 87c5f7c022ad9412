import assert from 'node:assert/strict';
import { created, headings, made, shown, wrong, wrongAtFirst, wrongChange } from '../../testing/rows.js';
import type { AnyObject } from '../../types.js';
import { cronJobRow } from './cronjob.js';
import { jobRow } from './job.js';
import { countIndexes } from './success-policy.js';

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'i' }] } };

/** The spec without its template, whose defaults are a pod's. */
function rest(object: AnyObject): Record<string, unknown> {
  const { template: _, ...others } = object.spec as Record<string, unknown>;
  return others;
}

describe("a job's defaults", () => {
  it('are those of Kubernetes', () => {
    assert.deepEqual(rest(made(jobRow, { spec: { template } })), {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      manualSelector: false,
      podReplacementPolicy: 'TerminatingOrFailed',
    });
    const queue = rest(made(jobRow, { spec: { template, parallelism: 3 } }));
    assert.equal(queue.completions, undefined);
    const indexed = rest(made(jobRow, { spec: { template, completions: 3, backoffLimitPerIndex: 1 } }));
    assert.equal(indexed.backoffLimit, 2147483647);
  });

  it('take the labels of the template', () => {
    const labelled = { ...template, metadata: { labels: { app: 'a' } } };
    assert.deepEqual(made(jobRow, { spec: { template: labelled } }).metadata.labels, { app: 'a' });
  });

  it('fill in a failure policy', () => {
    const podFailurePolicy = { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] };
    const spec = rest(made(jobRow, { spec: { template, podFailurePolicy } }));
    assert.equal(spec.podReplacementPolicy, 'Failed');
    assert.deepEqual(spec.podFailurePolicy, {
      rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
    });
  });
});

describe("a job's selector", () => {
  const labelsOf = (job: AnyObject): unknown =>
    (job.spec as { template: { metadata: { labels: unknown } } }).template.metadata.labels;
  const expected = {
    'batch.kubernetes.io/controller-uid': 'u',
    'batch.kubernetes.io/job-name': 'x',
    'controller-uid': 'u',
    'job-name': 'x',
  };

  it('is made of its uid', () => {
    const job = created(jobRow, { spec: { template } });
    assert.deepEqual(rest(job).selector, { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } });
    assert.deepEqual(labelsOf(job), expected);
    assert.deepEqual(wrong(jobRow, job), []);
  });

  it('is not made up by the author', () => {
    const labels = { 'controller-uid': 'mine' };
    const job = created(jobRow, {
      spec: { selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } },
    });
    assert.deepEqual(wrong(jobRow, job), [
      `spec.template.metadata.labels[controller-uid]: Invalid value: ${JSON.stringify(labelsOf(job))}: must be 'u'`,
      `spec.selector: Invalid value: ${JSON.stringify(rest(job).selector)}: \`selector\` not auto-generated`,
    ]);
  });

  it("is the author's where they say so", () => {
    const labels = { app: 'a' };
    const spec = {
      manualSelector: true,
      selector: { matchLabels: labels },
      template: { ...template, metadata: { labels } },
    };
    const job = created(jobRow, { spec });
    assert.deepEqual([rest(job).selector, labelsOf(job), wrong(jobRow, job)], [{ matchLabels: labels }, labels, []]);
  });
});

describe('validation of a job', () => {
  const rule = (fields: object): Record<string, unknown> => ({
    podFailurePolicy: { rules: [{ action: 'FailJob', ...fields }] },
  });
  const indexed = { completionMode: 'Indexed', completions: 5 };
  const table: [string, Record<string, unknown>, string[]][] = [
    [
      'that would never end',
      { template: { spec: { ...template.spec, restartPolicy: 'Always' } } },
      ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ],
    [
      'of negative pods',
      { parallelism: -1 },
      ['spec.parallelism: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'with an unknown mode',
      { completionMode: 'X' },
      ['spec.completionMode: Unsupported value: "X": supported values: "Indexed", "NonIndexed"'],
    ],
    [
      'with indexes, but how many',
      { completionMode: 'Indexed', parallelism: 2 },
      ['spec.completions: Required value: when completion mode is Indexed'],
    ],
    [
      'with limits for indexes it has not',
      { backoffLimitPerIndex: 1 },
      ['spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
    ],
    [
      'with more failures than indexes',
      { ...indexed, backoffLimitPerIndex: 1, maxFailedIndexes: 6 },
      ['spec.maxFailedIndexes: Invalid value: 6: must be less than or equal to completions'],
    ],
    [
      'with many indexes',
      { completionMode: 'Indexed', completions: 200_000, backoffLimitPerIndex: 1, maxFailedIndexes: 10_001 },
      [
        'spec.maxFailedIndexes: Invalid value: 10001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
      ],
    ],
    [
      'managed by somebody',
      { managedBy: 'me' },
      ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
    ],
    [
      'whose failures mean nothing',
      rule({}),
      ['spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required'],
    ],
    [
      'that fails well',
      rule({ onExitCodes: { operator: 'In', values: [0] } }),
      ['spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator'],
    ],
    [
      'of unordered exit codes',
      rule({ onExitCodes: { operator: 'In', values: [2, 1] } }),
      ['spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,1]: must be ordered'],
    ],
    [
      'of another container',
      rule({ onExitCodes: { operator: 'In', values: [1], containerName: 'b' } }),
      [
        'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "b": must be one of the container or initContainer names in the pod template',
      ],
    ],
    [
      'that replaces too early',
      { ...rule({ onExitCodes: { operator: 'In', values: [1] } }), podReplacementPolicy: 'TerminatingOrFailed' },
      ['spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"'],
    ],
    [
      'that succeeds in parts',
      { successPolicy: { rules: [] } },
      ['spec.successPolicy: Invalid value: {"rules":[]}: requires indexed completion mode'],
    ],
    [
      'that succeeds with too few',
      { ...indexed, successPolicy: { rules: [{ succeededIndexes: '0-1,4', succeededCount: 4 }] } },
      [
        'spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of indexes in the specified succeededIndexes field)',
      ],
    ],
  ];
  for (const [what, spec, messages] of table) {
    it(what, () => assert.deepEqual(wrong(jobRow, created(jobRow, { spec: { template, ...spec } })), messages));
  }

  it('sees that the pods of an indexed job are hosts', () => {
    const job = created(jobRow, { metadata: { name: 'a.b' }, spec: { template, ...indexed } });
    assert.deepEqual(wrong(jobRow, job), [
      'metadata.name: Invalid value: "a.b": will not able to create pod with invalid DNS label: a.b-4',
    ]);
  });

  it('counts indexes', () => {
    const counts: [string, number | string][] = [
      ['0', 1],
      ['0,2-4', 4],
      ['3,1', 'non-increasing order, previous: 3, current: 1'],
      ['1-9', 'too large index: "9"'],
      ['a', 'cannot convert string to integer for index: "a"'],
    ];
    for (const [text, expected] of counts) assert.equal(countIndexes(text, 5), expected);
  });
});

describe('an update of a job', () => {
  const change = (before: object, after: object, status: object = {}): string[] => {
    const old = { ...created(jobRow, { spec: { template, ...before } }), status };
    return wrongChange(jobRow, created(jobRow, { spec: { template, ...after } }), old);
  };
  const elsewhere = { template: { spec: { ...template.spec, nodeSelector: { disk: 'ssd' } } } };

  it('keeps what its pods were made from', () => {
    assert.deepEqual(change({}, { parallelism: 2, completions: 1 }), []);
    assert.deepEqual(change({}, { completions: 2 }), ['spec.completions: Invalid value: 2: field is immutable']);
    assert.match(change({}, elsewhere)[0] ?? '', /^spec\.template: Invalid value: .*: field is immutable$/);
  });

  it('lets an indexed job grow as a whole', () => {
    const indexed = (size: number, parallelism = size): object => ({
      completionMode: 'Indexed',
      completions: size,
      parallelism,
    });
    assert.deepEqual(change(indexed(2), indexed(3)), []);
    assert.deepEqual(change(indexed(2), indexed(3, 2)), [
      'spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism',
    ]);
  });

  it('says where a suspended job runs, until it has started', () => {
    const suspended = { suspend: true };
    assert.deepEqual(change(suspended, { ...suspended, ...elsewhere }), []);
    assert.equal(change(suspended, { ...suspended, ...elsewhere }, { startTime: '2026-01-01T00:00:00Z' }).length, 1);
  });
});

describe("a job's columns", () => {
  it('have the headings of kubectl', () => {
    const wide = ' | Age | [Containers] | [Images] | [Selector]';
    assert.equal(headings(jobRow), `Name | Status | Completions | Duration${wide}`);
    assert.equal(headings(cronJobRow), `Name | Schedule | Timezone | Suspend | Active | Last Schedule${wide}`);
  });

  const startTime = '2026-01-01T00:00:10Z';
  const condition = (type: string): object => ({ conditions: [{ type, status: 'True' }] });
  const table: [Record<string, unknown>, object, string][] = [
    [{}, {}, 'x | Running | 0/1 |  | 60s'],
    [{ parallelism: 3 }, { succeeded: 1, startTime }, 'x | Running | 1/1 of 3 | 50s | 60s'],
    [
      {},
      { succeeded: 1, startTime, completionTime: '2026-01-01T00:00:15Z', ...condition('Complete') },
      'x | Complete | 1/1 | 5s | 60s',
    ],
    [{}, condition('Suspended'), 'x | Suspended | 0/1 |  | 60s'],
    [{}, condition('Failed'), 'x | Failed | 0/1 |  | 60s'],
  ];
  for (const [spec, status, cells] of table) {
    it(`show ${cells}`, () => {
      const job: AnyObject = { ...made(jobRow, { spec: { template, ...spec } }), status };
      assert.equal(shown(jobRow, job), cells);
    });
  }
});

describe('a cron job', () => {
  const spec = { schedule: '*/5 * * * *', jobTemplate: { spec: { template } } };

  it('has defaults, and leaves those of its jobs to them', () => {
    const { jobTemplate, ...others } = made(cronJobRow, { spec }).spec as Record<string, unknown>;
    assert.deepEqual(others, {
      schedule: '*/5 * * * *',
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    assert.deepEqual(Object.keys((jobTemplate as { spec: object }).spec), ['template']);
  });

  const table: [string, Record<string, unknown>, string[]][] = [
    ['as usual', { timeZone: 'Europe/Vienna' }, []],
    ['without a schedule', { schedule: '' }, ['spec.schedule: Required value']],
    [
      'of an odd schedule',
      { schedule: '* * *' },
      ['spec.schedule: Invalid value: "* * *": expected exactly 5 fields, found 3: [* * *]'],
    ],
    [
      'with a zone in its schedule',
      { schedule: 'TZ=UTC * * * * *' },
      [
        'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ],
    ],
    ['nowhere', { timeZone: 'Mars/Base' }, ['spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base']],
    [
      'of another policy',
      { concurrencyPolicy: 'Maybe' },
      ['spec.concurrencyPolicy: Unsupported value: "Maybe": supported values: "Allow", "Forbid", "Replace"'],
    ],
    [
      'with a selector',
      { jobTemplate: { spec: { template, selector: { matchLabels: { a: 'b' } } } } },
      ['spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated'],
    ],
  ];
  for (const [what, fields, messages] of table) {
    it(`is validated ${what}`, () =>
      assert.deepEqual(wrong(cronJobRow, made(cronJobRow, { spec: { ...spec, ...fields } })), messages));
  }

  it('leaves room for the names of its jobs', () => {
    const name = 'a'.repeat(53);
    assert.deepEqual(wrongAtFirst(cronJobRow, made(cronJobRow, { metadata: { name }, spec })), [
      `metadata.name: Invalid value: "${name}": must be no more than 52 characters`,
    ]);
  });

  it('shows when it last ran', () => {
    const status = { lastScheduleTime: '2026-01-01T00:00:30Z', active: [{}] };
    assert.equal(shown(cronJobRow, made(cronJobRow, { spec })), 'x | */5 * * * * | <none> | False | 0 | <none> | 60s');
    assert.equal(
      shown(cronJobRow, made(cronJobRow, { spec, status })),
      'x | */5 * * * * | <none> | False | 1 | 30s | 60s',
    );
  });
});

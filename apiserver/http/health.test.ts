import assert from 'node:assert/strict';
import { type HealthCheck, healthAt } from './health.js';

const checks: HealthCheck[] = [
  { name: 'store', check: async () => undefined },
  { name: 'disk', check: () => Promise.reject(new Error('it is full')) },
  { name: 'start', readinessOnly: true, check: async () => 'not yet' },
];

async function ask(endpoint: 'livez' | 'readyz', of: readonly HealthCheck[], rest = ''): Promise<unknown> {
  const verdict = await healthAt(`/${endpoint}${rest}`, of);
  return verdict && [verdict.status, verdict.text];
}

describe('health', () => {
  const [store, disk, start] = checks as [HealthCheck, HealthCheck, HealthCheck];
  const hook = { name: 'poststarthook/x', check: async () => undefined };
  const cases: [what: string, got: () => Promise<unknown>, want: unknown][] = [
    ['all is well', () => ask('livez', [store]), [200, 'ok']],
    ['told at length', () => ask('livez', [store], '?verbose'), [200, '[+]store ok\nlivez check passed\n']],
    [
      'a check throws',
      () => ask('livez', [store, disk]),
      [500, '[+]store ok\n[-]disk failed: it is full\nlivez check failed\n'],
    ],
    ['not started is alive', () => ask('livez', [store, start]), [200, 'ok']],
    ['and not ready', () => ask('readyz', [start]), [500, '[-]start failed: not yet\nreadyz check failed\n']],
    ['one is excluded', () => ask('livez', [store, disk], '?exclude=disk'), [200, 'ok']],
    [
      'some are excluded, of which some are none',
      () => ask('livez', [store, disk], '?verbose&exclude=disk&exclude=x&exclude=a'),
      [
        200,
        '[+]store ok\n[+]disk excluded: ok\nwarn: some health checks cannot be excluded: no matches for "a", "x"\nlivez check passed\n',
      ],
    ],
    ['one check alone', () => ask('readyz', checks, '/store'), [200, 'ok']],
    ['a check of two words', () => ask('readyz', [hook], '/poststarthook/x'), [200, 'ok']],
    ['no question of health', () => ask('livez', checks, 'y'), undefined],
    ['one that is none', () => ask('readyz', checks, '/other'), [404, '404 page not found\n']],
  ];
  for (const [what, got, want] of cases) it(what, async () => assert.deepEqual(await got(), want));
});

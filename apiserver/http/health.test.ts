import assert from 'node:assert/strict';
import type { Request, Response } from 'express';
import { type HealthCheck, health } from './health.js';

const checks: HealthCheck[] = [
  { name: 'store', check: async () => undefined },
  { name: 'disk', check: () => Promise.reject(new Error('it is full')) },
  { name: 'start', readinessOnly: true, check: async () => 'not yet' },
];

async function ask(
  endpoint: 'livez' | 'readyz',
  of: readonly HealthCheck[],
  request: { check?: string; verbose?: ''; exclude?: string | string[] } = {},
) {
  const { check, verbose, exclude } = request;
  const said = { statusCode: 0, text: '' };
  const response = {
    setHeader: () => undefined,
    end: (text: string) => {
      said.text = text;
    },
    set statusCode(code: number) {
      said.statusCode = code;
    },
  };
  const params = check === undefined ? {} : { check };
  const query = { ...(verbose === undefined ? {} : { verbose }), ...(exclude === undefined ? {} : { exclude }) };
  await health(endpoint, of)({ params, query } as unknown as Request, response as unknown as Response);
  return [said.statusCode, said.text];
}

describe('health', () => {
  const [store, disk, start] = checks as [HealthCheck, HealthCheck, HealthCheck];
  const cases: [what: string, got: () => Promise<unknown>, want: unknown][] = [
    ['all is well', () => ask('livez', [store]), [200, 'ok']],
    ['told at length', () => ask('livez', [store], { verbose: '' }), [200, '[+]store ok\nlivez check passed\n']],
    [
      'a check throws',
      () => ask('livez', [store, disk]),
      [500, '[+]store ok\n[-]disk failed: it is full\nlivez check failed\n'],
    ],
    ['not started is alive', () => ask('livez', [store, start]), [200, 'ok']],
    ['and not ready', () => ask('readyz', [start]), [500, '[-]start failed: not yet\nreadyz check failed\n']],
    ['one is excluded', () => ask('livez', [store, disk], { exclude: 'disk' }), [200, 'ok']],
    [
      'some are excluded, of which some are none',
      () => ask('livez', [store, disk], { verbose: '', exclude: ['disk', 'x', 'a'] }),
      [
        200,
        '[+]store ok\n[+]disk excluded: ok\nwarn: some health checks cannot be excluded: no matches for "a", "x"\nlivez check passed\n',
      ],
    ],
    ['one check alone', () => ask('readyz', checks, { check: 'store' }), [200, 'ok']],
    ['one that is none', () => ask('readyz', checks, { check: 'other' }), [404, '404 page not found\n']],
  ];
  for (const [what, got, want] of cases) it(what, async () => assert.deepEqual(await got(), want));
});

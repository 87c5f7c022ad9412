import assert from 'node:assert/strict';
import type { LogsFlags } from './logs.js';
import { logQuery } from './logs-run.js';

const table: [flags: Partial<LogsFlags>, query: string][] = [
  [{}, '?container=web'],
  [{ follow: true, timestamps: true, previous: true }, '?container=web&follow=true&previous=true&timestamps=true'],
  [{ tail: 3, limitBytes: 10 }, '?container=web&tailLines=3&limitBytes=10'],
  [{ tail: 0 }, '?container=web&tailLines=0'],
  [{ since: 1500 }, '?container=web&sinceSeconds=2'],
  [{ sinceTime: '2026-01-01T00:00:00Z' }, '?container=web&sinceTime=2026-01-01T00%3A00%3A00Z'],
  [{ selector: 'a=b' }, '?container=web&tailLines=10'],
  [{ selector: 'a=b', tail: -1 }, '?container=web'],
];

describe('the query for logs', () => {
  for (const [flags, query] of table) {
    it(JSON.stringify(flags), () =>
      assert.equal(logQuery({ pod: 'p', container: 'web' }, { maxLogRequests: 5, ...flags }), query),
    );
  }
});

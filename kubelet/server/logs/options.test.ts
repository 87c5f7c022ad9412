import assert from 'node:assert/strict';
import { type LogOptions, parseLogOptions } from './options.js';

const now = Date.parse('2026-01-01T00:01:00Z');
const none: LogOptions = { follow: false, previous: false, timestamps: false };

describe('kubelet/server/logs: the query', () => {
  const cases: [string, LogOptions | RegExp][] = [
    ['', none],
    ['follow=true&previous=false&timestamps=1', { ...none, follow: true, timestamps: true }],
    ['follow', { ...none, follow: true }],
    ['tailLines=0&limitBytes=7', { ...none, tailLines: 0, limitBytes: 7 }],
    ['sinceSeconds=60', { ...none, since: now - 60_000 }],
    ['sinceTime=2026-01-01T00:00:00Z', { ...none, since: now - 60_000 }],
    ['stream=Stderr', { ...none, stream: 'stderr' }],
    ['stream=All', none],
    ['tailLines=-1', /^tailLines: Invalid value: "-1"/],
    ['tailLines=ten', /^tailLines: Invalid value: "ten"/],
    ['limitBytes=0', /^limitBytes: .* at least 1$/],
    ['sinceSeconds=60&sinceTime=2026-01-01T00:00:00Z', /at most one of/],
    ['sinceTime=noon', /^sinceTime: Invalid value/],
    ['stream=both', /^stream: Unsupported value: "both"/],
  ];
  for (const [query, expected] of cases) {
    it(query || '(none)', () => {
      const parsed = parseLogOptions(new URLSearchParams(query), now);
      if (expected instanceof RegExp) assert.match(String(parsed), expected);
      else assert.deepEqual(parsed, expected);
    });
  }
});

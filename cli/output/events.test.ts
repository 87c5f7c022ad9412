import assert from 'node:assert/strict';
import type { Event } from '../../api/types.js';
import { lastSeen, seenText } from './events.js';

const event = (fields: Partial<Event>): Event => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { creationTimestamp: '2026-01-01T00:00:30Z' },
  involvedObject: {},
  ...fields,
});

const now = Date.parse('2026-01-01T00:10:00Z');

describe('when an event was seen', () => {
  const table: [what: string, fields: Partial<Event>, text: string][] = [
    ['once', { firstTimestamp: '2026-01-01T00:09:50Z', lastTimestamp: '2026-01-01T00:09:50Z', count: 1 }, '10s'],
    [
      'several times',
      { firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T00:09:00Z', count: 5 },
      '60s (x5 over 10m)',
    ],
    ['as events.k8s.io says it', { eventTime: '2026-01-01T00:09:55.000000Z' }, '5s'],
    [
      'as a series',
      {
        eventTime: '2026-01-01T00:00:00.000000Z',
        series: { count: 3, lastObservedTime: '2026-01-01T00:09:58.000000Z' },
      },
      '2s (x3 over 10m)',
    ],
    ['without any time but its creation', {}, '9m30s'],
  ];
  for (const [what, fields, text] of table) it(what, () => assert.equal(seenText(event(fields), now), text));

  it('is nothing where no time is known', () => {
    const timeless: Event = { ...event({}), metadata: {} };
    assert.equal(lastSeen(timeless), 0);
    assert.equal(seenText(timeless, now), '<unknown>');
  });
});

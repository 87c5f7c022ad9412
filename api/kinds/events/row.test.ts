import assert from 'node:assert/strict';
import { judgesRow, made, messages } from '../../testing/rows.js';
import type { AnyObject } from '../../types.js';
import { eventRow } from '../event.js';
import { newerEventRow } from './row.js';

const event = {
  eventTime: '2026-01-01T00:00:30.000000Z',
  regarding: { kind: 'Pod', namespace: 'default', name: 'web' },
  reportingController: 'example.com/mine',
  reportingInstance: 'mine-1',
  action: 'Starting',
  reason: 'Started',
  note: ' Started it ',
  type: 'Normal',
};

judgesRow(newerEventRow, {
  columns: [['an event', event, '30s | Normal | Started | pod/web | Started it']],
  validation: [
    ['all that is needed', event, []],
    ['something of another namespace', { ...event, regarding: { ...event.regarding, namespace: 'other' } }, []],
    [
      'nobody who did nothing',
      { ...event, reportingController: '', action: '', note: 'x'.repeat(1025), reason: 'x'.repeat(129) },
      [
        'reportingController: Required value',
        'action: Required value',
        'reason: Invalid value: "": can have at most 128 characters',
        'note: Invalid value: "": can have at most 1024 characters',
      ],
    ],
  ],
  updates: [
    ['of how often', { ...event, series: { count: 2, lastObservedTime: event.eventTime } }, event, []],
    [
      'of what happened, and half a series',
      { ...event, note: 'x', series: { count: 1 } },
      event,
      [
        'series.count: Invalid value: "": should be at least 2',
        'series.lastObservedTime: Required value',
        'note: Invalid value: "x": field is immutable',
      ],
    ],
  ],
});

describe('an event of two groups', () => {
  it('that is new has a time and a type, and none of the fields of old', () => {
    const old = made(newerEventRow, { deprecatedCount: 3, deprecatedSource: { host: 'n' }, type: 'Odd' });
    assert.deepEqual(messages(newerEventRow.validateCreate?.(old)), [
      'eventTime: Required value',
      'type: Invalid value: "": has invalid value: Odd',
      'deprecatedCount: Invalid value: "": needs to be unset',
      'deprecatedSource: Invalid value: "": needs to be unset',
    ]);
  });

  it('is one object, there and back', async () => {
    const { conversion } = newerEventRow;
    const given = made(newerEventRow, event);
    const stored = (await conversion?.toStorage(structuredClone(given))) as AnyObject;
    assert.deepEqual(
      [stored.apiVersion, stored.message, stored.reportingComponent],
      ['v1', event.note, 'example.com/mine'],
    );
    assert.deepEqual(eventRow.validate?.(stored), []);
    const [back] = (await conversion?.fromStorage([stored])) ?? [];
    assert.deepEqual(back, given);
  });
});

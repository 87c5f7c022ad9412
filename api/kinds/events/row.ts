/**
 * events.k8s.io/v1: the same events as core's, in words of their own (regarding, note), and with stricter rules for new
 * ones. Clients that count repetitions write series; the fields of old are there as deprecated ones.
 */
import { fill, semanticEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { AnyObject, Event, NewerEvent } from '../../types.js';
import { immutable, invalidValue, required } from '../../validation/errors.js';
import type { TypedColumn } from '../columns.js';
import { storedAs } from '../conversion.js';
import { defineKind } from '../define.js';
import { eventRow } from '../event.js';
import type { Column, KindRow } from '../row.js';

/** Core's name of a field, and this group's. All others are called the same. */
const renamed = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
] as const;

/** In place. */
function rename(object: AnyObject, names: readonly (readonly [from: string, to: string])[]): void {
  for (const [from, to] of names) {
    if (object[from] !== undefined) object[to] = object[from];
    delete object[from];
  }
}

const backwards = renamed.map(([core, newer]) => [newer, core] as const);
const toCore = (event: AnyObject): void => rename(event, backwards);

/** The event as core has it; the given one is left as it is. */
function coreOf(event: NewerEvent): Event {
  const copy: AnyObject = { ...event };
  toCore(copy);
  return copy as unknown as Event;
}

const name = { group: 'events.k8s.io', version: 'v1', kind: 'Event' };

/** Core's own names, in what an error is about. */
function told(errors: readonly FieldError[]): FieldError[] {
  return errors.map(error => {
    const [first = '', ...rest] = error.field.split('.');
    const newer = renamed.find(([core]) => core === first)?.[1] ?? first;
    return { ...error, field: [newer, ...rest].join('.') };
  });
}

function validateSeries({ series }: NewerEvent): FieldError[] {
  if (!series) return [];
  return [
    ...((series.count ?? 0) < 2 ? [invalidValue('series.count', '', 'should be at least 2')] : []),
    ...(series.lastObservedTime ? [] : [required('series.lastObservedTime')]),
  ];
}

function validateCreate(event: NewerEvent): FieldError[] {
  const { eventTime, type = '', deprecatedSource: source } = event;
  const errors = validateSeries(event);
  if (!eventTime) errors.push(required('eventTime'));
  if (type !== 'Normal' && type !== 'Warning') errors.push(invalidValue('type', '', `has invalid value: ${type}`));
  const unset = (field: string, value: unknown): void => {
    if (value) errors.push(invalidValue(field, '', 'needs to be unset'));
  };
  unset('deprecatedFirstTimestamp', event.deprecatedFirstTimestamp);
  unset('deprecatedLastTimestamp', event.deprecatedLastTimestamp);
  unset('deprecatedCount', event.deprecatedCount);
  unset('deprecatedSource', source?.component || source?.host);
  return errors;
}

/** Of what has happened, nothing changes but how often. */
const fixed = [
  ...['regarding', 'reason', 'note', 'deprecatedSource', 'deprecatedFirstTimestamp', 'deprecatedLastTimestamp'],
  ...['deprecatedCount', 'type', 'eventTime', 'action', 'related', 'reportingController', 'reportingInstance'],
] as (keyof NewerEvent)[];

function validateUpdate(event: NewerEvent, old: NewerEvent): FieldError[] {
  const changed = fixed.filter(field => !semanticEqual(event[field] || undefined, old[field] || undefined));
  return [
    ...(semanticEqual(event.series, old.series) ? [] : validateSeries(event)),
    ...changed.map(field => immutable(field, event[field])),
  ];
}

function fields(event: NewerEvent): Record<string, string> {
  const about = event.regarding ?? {};
  return {
    'regarding.kind': about.kind ?? '',
    'regarding.namespace': about.namespace ?? '',
    'regarding.name': about.name ?? '',
    'regarding.uid': about.uid ?? '',
    'regarding.apiVersion': about.apiVersion ?? '',
    'regarding.resourceVersion': about.resourceVersion ?? '',
    'regarding.fieldPath': about.fieldPath ?? '',
    reason: event.reason ?? '',
    reportingController: event.reportingController ?? '',
    type: event.type ?? '',
  };
}

const column = ({ cell, ...rest }: Column): TypedColumn<NewerEvent> => ({
  ...rest,
  cell: (event, now) => cell(coreOf(event) as unknown as AnyObject, now),
});

const mapping = {
  toStorage(event: AnyObject) {
    toCore(event);
    eventRow.defaults?.(event);
  },
  fromStorage: (event: AnyObject) => rename(event, renamed),
};

export const newerEventRow = defineKind<NewerEvent>({
  ...name,
  plural: 'events',
  shortNames: ['ev'],
  model: 'EventsV1Event',
  ttlSeconds: eventRow.ttlSeconds ?? 0,
  conversion: storedAs(eventRow, name, mapping),
  columns: eventRow.columns.map(column),
  fields,
  defaults(event) {
    fill(event, 'regarding', {});
    fill(event, 'deprecatedSource', {});
    fill(event, 'reportingController', '');
    fill(event, 'reportingInstance', '');
  },
  validate: event => told(eventRow.validate?.(coreOf(event) as unknown as AnyObject) ?? []),
  validateCreate,
  validateUpdate,
});

const { validateCreate: _create, validateUpdate: _update, ...alike } = newerEventRow;
const beta = { ...name, version: 'v1beta1' };

/** What clients before 1.22 write: the same words, and core's rules. */
export const newerEventV1beta1Row: KindRow = { ...alike, ...beta, conversion: storedAs(eventRow, beta, mapping) };

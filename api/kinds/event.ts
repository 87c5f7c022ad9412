import { ageOf } from '../duration.js';
import { fill } from '../json.js';
import type { FieldError } from '../status.js';
import type { Event } from '../types.js';
import { complaints, invalidValue, required } from '../validation/errors.js';
import { qualifiedName } from '../validation/strings.js';
import { count, text } from './columns.js';
import { defineKind } from './define.js';

const firstSeen = (event: Event, now: number): string => ageOf(event.firstTimestamp || event.eventTime, now);

function lastSeen(event: Event, now: number): string {
  if (event.series) return ageOf(event.series.lastObservedTime, now);
  return event.lastTimestamp ? ageOf(event.lastTimestamp, now) : firstSeen(event, now);
}

function aboutWhat(event: Event): string {
  const { kind = '', name = '' } = event.involvedObject ?? {};
  return name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
}

function source(event: Event): string {
  const component = event.source?.component || event.reportingComponent || '';
  const host = event.source?.host || event.reportingInstance || '';
  return host === '' ? component : `${component}, ${host}`;
}

function fields(event: Event): Record<string, string> {
  const about = event.involvedObject ?? {};
  return {
    'involvedObject.kind': about.kind ?? '',
    'involvedObject.namespace': about.namespace ?? '',
    'involvedObject.name': about.name ?? '',
    'involvedObject.uid': about.uid ?? '',
    'involvedObject.apiVersion': about.apiVersion ?? '',
    'involvedObject.resourceVersion': about.resourceVersion ?? '',
    'involvedObject.fieldPath': about.fieldPath ?? '',
    reason: event.reason ?? '',
    reportingComponent: event.reportingComponent ?? '',
    source: event.source?.component || event.reportingComponent || '',
    type: event.type ?? '',
  };
}

const mostCharacters = 128;
const mostMessageCharacters = 1024;

/** What newer clients write has a time of its own, and says who did what. */
function validateNewer(event: Event): FieldError[] {
  const { reportingComponent: reporter = '', reportingInstance: instance, action, reason, message } = event;
  const errors = reporter ? complaints('reportingController', reporter, qualifiedName(reporter)) : [];
  if (!reporter) errors.push(required('reportingController'));
  for (const [field, value] of Object.entries({ reportingInstance: instance, action, reason })) {
    if (!value) errors.push(required(field));
    else if (value.length > mostCharacters) {
      errors.push(invalidValue(field, '', `can have at most ${mostCharacters} characters`));
    }
  }
  if ((message ?? '').length > mostMessageCharacters) {
    errors.push(invalidValue('message', '', `can have at most ${mostMessageCharacters} characters`));
  }
  return errors;
}

/** An event stands in the namespace of what it is about; about cluster-wide things, in 'default'. */
function validate(event: Event): FieldError[] {
  const about = event.involvedObject?.namespace ?? '';
  const { namespace = '' } = event.metadata;
  const matches = about === '' ? namespace === 'default' || namespace === 'kube-system' : about === namespace;
  // Newer events may stand elsewhere than what they are about.
  const free = event.eventTime && about !== '';
  const errors =
    matches || free ? [] : [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')];
  return event.eventTime ? [...errors, ...validateNewer(event)] : errors;
}

export const eventRow = defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  model: 'CoreV1Event',
  ttlSeconds: 3600,
  columns: [
    text('Last Seen', lastSeen),
    text('Type', event => event.type ?? ''),
    text('Reason', event => event.reason ?? ''),
    text('Object', aboutWhat),
    text('Subobject', event => event.involvedObject?.fieldPath ?? '', 'wide'),
    text('Source', source, 'wide'),
    text('Message', event => (event.message ?? '').trim()),
    text('First Seen', firstSeen, 'wide'),
    { ...count<Event>('Count', event => event.series?.count ?? (event.count || 1)), priority: 1 },
    text('Name', event => event.metadata.name ?? '', 'wide'),
  ],
  fields,
  defaults(event) {
    fill(event, 'involvedObject', {});
    fill(event, 'source', {});
    fill(event, 'reportingComponent', '');
    fill(event, 'reportingInstance', '');
  },
  validate,
});

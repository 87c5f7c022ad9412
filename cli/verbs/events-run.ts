/** What `events` does (see events.ts for its flags). */
import type { Event } from '../../api/types.js';
import { events as eventKind } from '../../client/resources.js';
import { Failure } from '../failure.js';
import { findResource, parseTargets } from '../objects/resolve.js';
import { ColumnWriter } from '../output/columns.js';
import { lastSeen, seenText } from '../output/events.js';
import { parseObjectFormat, render } from '../output/format.js';
import { type Session, withSession } from '../session.js';
import type { EventsFlags } from './events.js';

interface EventSelection {
  namespace?: string;
  fieldSelector?: string;
}

export function events(flags: EventsFlags): Promise<void> {
  const format = parseObjectFormat(flags.output);
  if (format && flags.watch)
    throw new Failure("events are watched as a table: use -w without -o, or 'get events -w -o'");
  return withSession(flags, async session => {
    const selection = await selectionOf(flags, session);
    const list = await session.client.list(eventKind, selection);
    const shown = list.items.filter(event => isOfType(event, flags)).sort((a, b) => lastSeen(a) - lastSeen(b));
    if (format) {
      const resource = findResource('events', await session.resources());
      const objects = shown.map(event => ({ object: { ...event, apiVersion: 'v1', kind: 'Event' }, resource }));
      process.stdout.write(render(format, objects, { single: false }));
      return;
    }
    const writer = new ColumnWriter();
    if (shown.length > 0 || flags.watch)
      process.stdout.write(
        writer.text([...(flags.headers === false ? [] : [headings(flags)]), ...shown.map(event => row(event, flags))]),
      );
    else process.stderr.write(`No events found${flags.allNamespaces ? '' : ` in ${session.namespace} namespace`}.\n`);
    if (flags.watch) await follow(session, selection, list.metadata.resourceVersion ?? '', flags, writer);
  });
}

async function follow(
  { client }: Session,
  selection: EventSelection,
  resourceVersion: string,
  flags: EventsFlags,
  writer: ColumnWriter,
): Promise<void> {
  const ended = new AbortController();
  process.once('SIGINT', () => ended.abort());
  try {
    const changes = client.watch(eventKind, { ...selection, resourceVersion, signal: ended.signal });
    for await (const { type, object } of changes) {
      if ((type === 'ADDED' || type === 'MODIFIED') && isOfType(object, flags))
        process.stdout.write(writer.text([row(object, flags)]));
    }
  } catch (error) {
    if (!ended.signal.aborted) throw error;
  }
}

async function selectionOf(flags: EventsFlags, session: Session): Promise<EventSelection> {
  const where = flags.allNamespaces ? {} : { namespace: session.namespace };
  if (flags.for === undefined) return where;
  if (!flags.for.includes('/')) throw new Failure('--for must be in resource/name form');
  const [target] = parseTargets([flags.for], await session.resources());
  const fields = [`involvedObject.kind=${target?.resource.kind}`, `involvedObject.name=${target?.name}`];
  return { ...where, fieldSelector: fields.join(',') };
}

const isOfType = (event: Event, flags: EventsFlags): boolean =>
  flags.types === undefined || flags.types.split(',').some(type => type.toLowerCase() === event.type?.toLowerCase());

const headings = (flags: EventsFlags): string[] => [
  ...(flags.allNamespaces ? ['NAMESPACE'] : []),
  'LAST SEEN',
  'TYPE',
  'REASON',
  'OBJECT',
  'MESSAGE',
];

const row = (event: Event, flags: EventsFlags): string[] => [
  ...(flags.allNamespaces ? [event.metadata.namespace ?? ''] : []),
  seenText(event, Date.now()),
  event.type ?? '',
  event.reason ?? '',
  `${event.involvedObject.kind}/${event.involvedObject.name}`,
  (event.message ?? '').trim(),
];

/** `get -w`: what there is, and then each change, as the server's table or as -o says. */
import { apiVersionOf } from '../../api/kinds/row.js';
import { notFound } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import { LineSplitter } from '../../client/rest/lines.js';
import { Failure } from '../failure.js';
import { type Filter, fetchTable, streamTables } from '../objects/fetch.js';
import type { Target } from '../objects/resolve.js';
import { paintFor } from '../output/colours.js';
import { ColumnWriter } from '../output/columns.js';
import { type ObjectFormat, render } from '../output/format.js';
import { cells, headings, type Table } from '../output/table.js';
import type { Session } from '../session.js';
import type { GetFlags } from './get.js';
import { tableStyle } from './get-style.js';

/** Aborts at Ctrl-C, so that the connection is closed in order. */
function untilInterrupted(): AbortSignal {
  const ended = new AbortController();
  process.once('SIGINT', () => ended.abort());
  return ended.signal;
}

/** A named object is the list of it alone: the list's revision is current, the object's may be long forgotten. */
function asList({ resource, name, namespace }: Target, filter: Filter): { target: Target; filter: Filter } {
  const where = namespace === undefined ? filter : { ...filter, namespace };
  if (name === undefined) return { target: { resource }, filter: where };
  return { target: { resource }, filter: { ...where, fieldSelector: `metadata.name=${name}` } };
}

const absent = ({ resource, name = '' }: Target): Error =>
  notFound({ group: resource.group, resource: resource.plural, name });

export async function watchTable(
  session: Session,
  asked: Target,
  given: Filter,
  flags: GetFlags,
  wide: boolean,
): Promise<void> {
  const { target, filter } = asList(asked, given);
  const style = tableStyle(flags, target, wide, false);
  const writer = new ColumnWriter(paintFor(process.stdout, process.env));
  const first = await fetchTable(session.client, target, filter);
  if (asked.name !== undefined && first.rows.length === 0) throw absent(asked);
  let headed = !style.headings;
  const show = (table: Table, event: string): void => {
    // Later tables may leave the columns out: they are the first one's.
    const rows = cells({ ...table, columnDefinitions: first.columnDefinitions }, style, event);
    if (rows.length === 0) return;
    process.stdout.write(writer.text(headed ? rows : [headings(first, style), ...rows]));
    headed = true;
  };
  if (!flags.watchOnly) show(first, 'ADDED');
  const signal = untilInterrupted();
  const since = first.metadata?.resourceVersion ?? '';
  await showChanges(await streamTables(session.client, target, filter, since, signal), signal, show);
}

async function showChanges(
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal,
  show: (table: Table, event: string) => void,
): Promise<void> {
  const splitter = new LineSplitter();
  try {
    for await (const chunk of chunks) {
      for (const line of splitter.push(chunk)) {
        const event = JSON.parse(line) as { type: string; object: Table & { message?: string } };
        if (event.type === 'ERROR') throw new Failure(event.object.message ?? 'the watch failed');
        if (event.type !== 'BOOKMARK') show(event.object, event.type);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Each object is printed for itself: YAML as a document each, custom columns as a row. */
export async function watchObjects(
  session: Session,
  asked: Target,
  given: Filter,
  flags: GetFlags,
  format: ObjectFormat,
): Promise<void> {
  if (flags.outputWatchEvents) throw new Failure('--output-watch-events needs a table: use it without -o, or -o wide');
  const { target, filter } = asList(asked, given);
  const resource = target.resource;
  const { namespace, ...selectors } = filter;
  const selection = { ...selectors, ...(namespace === undefined ? {} : { namespace }) };
  const { items, metadata } = await session.client.list(resource, selection);
  if (asked.name !== undefined && items.length === 0) throw absent(asked);
  let shown = 0;
  const show = (object: AnyObject): void => {
    const found = {
      object: { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind },
      resource: target.resource,
    };
    const headed = flags.headers !== false && shown === 0;
    const text = render(format, [found], {
      single: true,
      headings: headed,
      managedFields: flags.showManagedFields ?? false,
    });
    process.stdout.write(format.as === 'yaml' && shown > 0 ? `---\n${text}` : text);
    shown += 1;
  };
  if (!flags.watchOnly) items.forEach(show);
  const signal = untilInterrupted();
  try {
    const resourceVersion = metadata.resourceVersion ?? '';
    for await (const { type, object } of session.client.watch(resource, { ...selection, resourceVersion, signal })) {
      if (type !== 'BOOKMARK') show(object);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** What `get` does (see get.ts for its flags). */
import { report } from '../exit.js';
import { Failure } from '../failure.js';
import { type Filter, fetchObjects, fetchTable, isNotFound } from '../objects/fetch.js';
import type { Target } from '../objects/resolve.js';
import { targetsOf } from '../objects/targets.js';
import { paintFor } from '../output/colours.js';
import { ColumnWriter } from '../output/columns.js';
import { type Found, type ObjectFormat, parseFormat, render } from '../output/format.js';
import { sortedBy } from '../output/sort.js';
import { cells, headings, type Table } from '../output/table.js';
import { type Session, withSession } from '../session.js';
import type { GetFlags } from './get.js';
import { tableStyle } from './get-style.js';
import { watchObjects, watchTable } from './get-watch.js';

export function get(args: readonly string[], flags: GetFlags): Promise<void> {
  if (args.length === 0 && flags.filename === undefined && flags.raw === undefined) {
    throw new Failure(
      "Required resource not specified: say what to get; './orrery api-resources' lists what there is.",
    );
  }
  return withSession(flags, async session => {
    if (flags.raw !== undefined) {
      process.stdout.write((await session.client.raw(flags.raw)).body);
      return;
    }
    const format = parseFormat(flags.output);
    const targets = await targetsOf(session, args, flags);
    const filter = filterOf(flags, session);
    if (flags.watch || flags.watchOnly) {
      const [target] = targets;
      if (!target || targets.length > 1) throw new Failure('you may only specify a single resource type when watching');
      await (format.as === 'table'
        ? watchTable(session, target, filter, flags, format.wide)
        : watchObjects(session, target, filter, flags, format));
    } else if (format.as === 'table') await printTables(session, targets, filter, flags, format.wide);
    else await printObjects(session, targets, filter, flags, format);
  });
}

const filterOf = (flags: GetFlags, session: Session): Filter => ({
  namespace: flags.allNamespaces ? undefined : session.namespace,
  ...(flags.selector === undefined ? {} : { labelSelector: flags.selector }),
  ...(flags.fieldSelector === undefined ? {} : { fieldSelector: flags.fieldSelector }),
});

/** An error of the server for one target is said, and does not keep the others from being shown. */
async function reported<T>(flags: GetFlags, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!flags.ignoreNotFound || !isNotFound(error)) report(error);
    return undefined;
  }
}

async function printObjects(
  session: Session,
  targets: readonly Target[],
  filter: Filter,
  flags: GetFlags,
  format: ObjectFormat,
): Promise<void> {
  const found: Found[] = [];
  for (const target of targets) {
    const objects = await reported(flags, () => fetchObjects(session.client, target, filter));
    found.push(...(objects ?? []).map(object => ({ object, resource: target.resource })));
  }
  const single = targets.length === 1 && targets[0]?.name !== undefined;
  if (found.length === 0 && (single || process.exitCode)) return;
  const sorted = sortedBy(found, flags.sortBy, ({ object }) => object);
  const options = { single, headings: flags.headers !== false, managedFields: flags.showManagedFields ?? false };
  process.stdout.write(render(format, sorted, options));
}

/** The named objects of one kind stand in one table. */
async function printTables(
  session: Session,
  targets: readonly Target[],
  filter: Filter,
  flags: GetFlags,
  wide: boolean,
): Promise<void> {
  const kinds = new Map<string, { target: Target; table: Table }>();
  for (const target of targets) {
    const include = flags.sortBy === undefined ? 'Metadata' : 'Object';
    const table = await reported(flags, () => fetchTable(session.client, target, filter, include));
    if (!table) continue;
    const key = `${target.resource.group}/${target.resource.plural}`;
    const earlier = kinds.get(key);
    if (earlier) earlier.table.rows.push(...table.rows);
    else kinds.set(key, { target, table });
  }
  const shown = [...kinds.values()].filter(({ table }) => table.rows.length > 0);
  const texts = shown.map(({ target, table }) => {
    const style = tableStyle(flags, target, wide, kinds.size > 1);
    const rows = [...(style.headings ? [headings(table, style)] : []), ...cells(table, style)];
    return new ColumnWriter(paintFor(process.stdout, process.env)).text(rows);
  });
  process.stdout.write(texts.join(flags.headers === false ? '' : '\n'));
  if (shown.length === 0 && kinds.size > 0 && !flags.ignoreNotFound)
    process.stderr.write(`${nothingFound(filter, targets)}\n`);
}

const nothingFound = (filter: Filter, targets: readonly Target[]): string =>
  filter.namespace !== undefined && targets.some(target => target.resource.namespaced)
    ? `No resources found in ${filter.namespace} namespace.`
    : 'No resources found';

/** What `label` and `annotate` do (see label.ts for their flags). */
import type { AnyObject } from '../../api/types.js';
import { report } from '../exit.js';
import { Failure } from '../failure.js';
import { type Changes, clashes, outcome, splitChanges } from '../objects/changes.js';
import { dryRunSuffix } from '../objects/manifests.js';
import { typedName } from '../objects/resolve.js';
import { type NamedTarget, namedTargets, nameOf, objectOf } from '../objects/targets.js';
import { parseObjectFormat, render } from '../output/format.js';
import { type Session, withSession } from '../session.js';
import type { LabelFlags } from './label.js';

type Field = 'labels' | 'annotations';

export function changeMetadata(field: Field, args: readonly string[], flags: LabelFlags): Promise<void> {
  const what = field === 'labels' ? 'label' : 'annotation';
  const { objects, changes } = splitChanges(args, what);
  const format = parseObjectFormat(flags.output);
  if (Object.keys(changes).length === 0 && !flags.list) throw new Failure(`at least one ${what} update is required`);
  return withSession(flags, async session => {
    for (const target of await namedTargets(session, objects, flags)) {
      try {
        const object = await objectOf(session, target);
        const after =
          Object.keys(changes).length > 0
            ? await changeOne(session, target, object, field, changes, flags)
            : { object, said: '' };
        if (flags.list) process.stdout.write(listed(after.object.metadata[field]));
        else if (format)
          process.stdout.write(render(format, [{ object: after.object, resource: target.resource }], { single: true }));
        else process.stdout.write(`${after.said}\n`);
      } catch (error) {
        report(error);
      }
    }
  });
}

const listed = (map: Readonly<Record<string, string>> = {}): string =>
  Object.entries(map)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

async function changeOne(
  { client }: Session,
  target: NamedTarget,
  object: AnyObject,
  field: Field,
  changes: Changes,
  flags: LabelFlags,
): Promise<{ object: AnyObject; said: string }> {
  const current = object.metadata[field] ?? {};
  if (!flags.overwrite) refuseClashes(field, clashes(current, changes));
  for (const [key, value] of Object.entries(changes)) {
    if (field === 'labels' && value === null && !(key in current)) process.stdout.write(`label "${key}" not found.\n`);
  }
  const { changed, said } = outcome(field, object.metadata[field], changes);
  const line = `${typedName(target.resource, target.name)} ${said}${dryRunSuffix(flags.dryRun)}`;
  if (!changed) return { object, said: line };
  if (flags.dryRun === 'client') return { object: withChanges(object, field, changes), said: line };
  const { resourceVersion } = flags;
  const patch = { metadata: { [field]: changes, ...(resourceVersion === undefined ? {} : { resourceVersion }) } };
  const after = await client.patch(target.resource, nameOf(target), 'merge', patch, {
    fieldManager: `kubectl-${field === 'labels' ? 'label' : 'annotate'}`,
    dryRun: flags.dryRun === 'server',
  });
  return { object: after, said: line };
}

function refuseClashes(field: Field, list: readonly string[]): void {
  if (list.length === 0) return;
  throw new Failure(
    field === 'labels'
      ? `${list.join('; ')}, and --overwrite is false`
      : `--overwrite is false but found the following declared annotation(s): ${list.join('; ')}`,
  );
}

function withChanges(object: AnyObject, field: Field, changes: Changes): AnyObject {
  const after = Object.entries({ ...object.metadata[field], ...changes }).filter(([, value]) => value !== null);
  return { ...object, metadata: { ...object.metadata, [field]: Object.fromEntries(after) as Record<string, string> } };
}

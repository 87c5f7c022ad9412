/** What `rollout` does (see rollout.ts for its flags). */
import { systemClock } from '../../api/clock.js';
import type { AnyObject, PodTemplateSpec } from '../../api/types.js';
import { describePodTemplate } from '../describe/pod.js';
import { layOut } from '../describe/text.js';
import { report } from '../exit.js';
import { Failure } from '../failure.js';
import { dryRunSuffix } from '../objects/manifests.js';
import { resourceFor, typedName } from '../objects/resolve.js';
import { untilState } from '../objects/states.js';
import { type NamedTarget, namedTargets, nameOf, objectOf, type SelectionFlags } from '../objects/targets.js';
import { type ObjectFormat, parseObjectFormat, render } from '../output/format.js';
import { type Change, changing, doneWords } from '../rollout/change.js';
import { objectAt, type Revision, revisionsOf } from '../rollout/revisions.js';
import { groupKind, rolloutStatus } from '../rollout/status.js';
import { revisionToUndo, undoing } from '../rollout/undo.js';
import { type Session, withSession } from '../session.js';
import type { ChangeFlags, HistoryFlags, StatusFlags, UndoFlags } from './rollout.js';

/** Resolves to what there is to say of the object, which is printed; an error keeps no other object from its turn. */
type Work = (session: Session, target: NamedTarget) => Promise<string>;

/** A kind alone means all of it. */
async function forEach(args: readonly string[], flags: SelectionFlags, work: Work): Promise<void> {
  if (args.length === 0 && flags.filename === undefined) throw new Failure('required resource not specified');
  const bare = args.length === 1 && !args[0]?.includes('/') && flags.selector === undefined;
  await withSession(flags, async session => {
    const targets = await namedTargets(session, args, bare ? { ...flags, all: true } : flags);
    for (const target of targets) {
      try {
        process.stdout.write(await work(session, target));
      } catch (error) {
        report(error);
      }
    }
  });
}

export const rolloutStatuses = (args: readonly string[], flags: StatusFlags): Promise<void> =>
  forEach(args, flags, async (session, target) => {
    const { revision } = flags;
    if (revision < 0) throw new Failure(`revision must be a positive integer: ${revision}`);
    const first = await objectOf(session, target);
    if (flags.watch === 'false') return `${rolloutStatus(first, revision).said}\n`;
    const done = await untilState(session.client, target, flags.timeout, object => {
      if (!object) throw new Failure('object has been deleted');
      const status = rolloutStatus(object, revision);
      process.stdout.write(`${status.said}\n`);
      return status.done;
    });
    if (!done) throw new Failure('timed out waiting for the condition');
    return '';
  });

async function knownRevisions(session: Session, object: AnyObject, what: string): Promise<Revision[]> {
  const revisions = await revisionsOf(session.client, object);
  if (!revisions) throw new Failure(`no ${what} has been implemented for "${groupKind(object)}"`);
  return revisions;
}

export function rolloutHistory(args: readonly string[], flags: HistoryFlags): Promise<void> {
  const { revision } = flags;
  if (revision < 0) throw new Failure(`revision must be a positive integer: ${revision}`);
  const format = parseObjectFormat(flags.output);
  return forEach(args, flags, async (session, target) => {
    const object = await objectOf(session, target);
    const revisions = await knownRevisions(session, object, 'history viewer');
    const wanted = revisions.find(({ number }) => number === revision);
    if (revision > 0 && !wanted) throw new Failure('unable to find the specified revision');
    if (format) {
      const known = await session.resources();
      return (wanted ? [wanted] : revisions)
        .map(each => objectAt(object, each))
        .map(each => render(format, [{ object: each, resource: resourceFor(each, known, '') }], { single: true }))
        .join(format.as === 'yaml' ? '---\n' : '');
    }
    const name = typedName(target.resource, target.name);
    if (wanted) return `${name} with revision #${revision}\n${templateText(wanted)}\n`;
    if (revisions.length === 0) return `${name} \nNo rollout history found.\n`;
    return `${name} \n${historyText(revisions)}\n`;
  });
}

/** As wide as its columns, two spaces between. */
function historyText(revisions: readonly Revision[]): string {
  return [['REVISION', 'CHANGE-CAUSE'], ...revisions.map(({ number, cause }) => [String(number), cause || '<none>'])]
    .map(([number = '', cause]) => `${number.padEnd(10)}${cause}\n`)
    .join('');
}

function templateText({ template, cause }: Revision): string {
  const { metadata = {} } = template;
  const annotations = cause ? { annotations: { ...metadata.annotations, 'kubernetes.io/change-cause': cause } } : {};
  const shown: PodTemplateSpec = { ...template, metadata: { ...metadata, ...annotations } };
  return `${layOut([describePodTemplate(shown)]).join('\n')}\n`;
}

export function undoRollout(args: readonly string[], flags: UndoFlags): Promise<void> {
  const format = parseObjectFormat(flags.output);
  return forEach(args, flags, async (session, target) => {
    const object = await objectOf(session, target);
    const revisions = await knownRevisions(session, object, 'rollbacker');
    const revision = revisionToUndo(object, revisions, flags.toRevision);
    const undo = undoing(object, revision);
    const { said, after } = await undone(session, target, object, revision, undo, flags);
    if (format) return shown(format, target, after);
    return `${typedName(target.resource, target.name)} ${said}${dryRunSuffix(flags.dryRun)}\n`;
  });
}

async function undone(
  { client }: Session,
  target: NamedTarget,
  object: AnyObject,
  revision: Revision,
  undo: ReturnType<typeof undoing>,
  { dryRun }: UndoFlags,
): Promise<{ said: string; after: AnyObject }> {
  if (dryRun === 'client') {
    const lead = object.kind === 'Deployment' ? '' : 'will roll back to ';
    return { said: lead + templateText(revision), after: object };
  }
  if (!undo)
    return {
      said: `skipped rollback (current template already matches revision ${revision.number})`,
      after: object,
    };
  const options = { fieldManager: 'kubectl-rollout', dryRun: dryRun === 'server' };
  const after = await client.patch(target.resource, nameOf(target), undo.type, undo.patch, options);
  return { said: 'rolled back', after };
}

export function changeRollout(change: Change, args: readonly string[], flags: ChangeFlags): Promise<void> {
  const format = parseObjectFormat(flags.output);
  return forEach(args, flags, async (session, target) => {
    const { plural, group } = target.resource;
    const type = group === '' ? plural : `${plural}.${group}`;
    const patch = changing(change, await objectOf(session, target), type, systemClock.now());
    const { fieldManager } = flags;
    const after = await session.client.patch(target.resource, nameOf(target), 'strategic', patch, { fieldManager });
    if (format) return shown(format, target, after);
    return `${typedName(target.resource, target.name)} ${doneWords[change]}\n`;
  });
}

const shown = (format: ObjectFormat, { resource }: NamedTarget, object: AnyObject): string =>
  render(format, [{ object, resource }], { single: true });

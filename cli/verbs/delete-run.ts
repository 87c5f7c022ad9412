/** What `delete` does (see delete.ts for its flags). */
import { systemClock } from '../../api/clock.js';
import type { DeleteCallOptions } from '../../client/client.js';
import { report } from '../exit.js';
import { Failure } from '../failure.js';
import { isNotFound } from '../objects/fetch.js';
import { dryRunSuffix } from '../objects/manifests.js';
import { typedName, typeName } from '../objects/resolve.js';
import { untilState } from '../objects/states.js';
import { fromNamespace, type NamedTarget, namedTargets, nameOf } from '../objects/targets.js';
import { type Session, withSession } from '../session.js';
import type { DeleteFlags } from './delete.js';

/** An object that was told to go, and which one of its name it was. */
interface Going {
  target: NamedTarget;
  uid: string | undefined;
}

export function deleteObjects(args: readonly string[], flags: DeleteFlags): Promise<void> {
  const options = callOptions(flags);
  if (flags.output !== undefined && flags.output !== 'name')
    throw new Failure(`unexpected -o output mode: ${flags.output}. We only support '-o name'.`);
  return withSession(flags, async session => {
    const targets = await namedTargets(session, args, flags);
    if (targets.length === 0) process.stdout.write('No resources found\n');
    if (flags.force && targets.length > 0) process.stderr.write(`Warning: ${forceWarning}\n`);
    const going: Going[] = [];
    for (const target of targets) {
      const gone = await deleteOne(session, target, flags, options);
      if (gone) going.push(gone);
    }
    if ((flags.wait ?? String(!flags.force)) !== 'false' && !isDryRun(flags))
      await untilGone(session, going, flags.timeout);
  });
}

const forceWarning =
  'Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.';

const isDryRun = ({ dryRun }: DeleteFlags): boolean => dryRun === 'client' || dryRun === 'server';

const propagation = {
  background: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
  true: 'Background',
  false: 'Orphan',
} as const;

export function callOptions(flags: DeleteFlags): DeleteCallOptions {
  const policy = propagation[flags.cascade];
  if (!policy)
    throw new Failure(`invalid cascade value (${flags.cascade}). Must be "background", "foreground", or "orphan"`);
  if (flags.now && flags.gracePeriod !== undefined)
    throw new Failure('--now and --grace-period cannot be specified together');
  if (flags.force && (flags.gracePeriod ?? 0) > 0)
    throw new Failure('--force and --grace-period greater than 0 cannot be specified together');
  const grace = graceOf(flags);
  return {
    propagationPolicy: policy,
    ...(grace === undefined || grace < 0 ? {} : { gracePeriodSeconds: grace }),
    ...(flags.dryRun === 'server' ? { dryRun: true } : {}),
  };
}

/** Without --force a grace of 0 is raised to 1, so that the kubelet still ends the pod in order. */
function graceOf({ force, now, gracePeriod }: DeleteFlags): number | undefined {
  if (force) return 0;
  if (now || gracePeriod === 0) return 1;
  return gracePeriod;
}

/** Undefined when there was nothing to delete, or it failed; that is reported. */
async function deleteOne(
  { client }: Session,
  target: NamedTarget,
  flags: DeleteFlags,
  options: DeleteCallOptions,
): Promise<Going | undefined> {
  const { resource, name, source } = target;
  let object = target.object;
  try {
    object ??= await client.get(resource, nameOf(target));
    if (flags.dryRun !== 'client') await client.delete(resource, nameOf(target), options);
  } catch (error) {
    if (!isNotFound(error) || !flags.ignoreNotFound)
      report(error, source === undefined ? undefined : `when deleting "${source}"`);
    return undefined;
  }
  const how = flags.force ? 'force deleted' : 'deleted';
  const said =
    flags.output === 'name'
      ? typedName(resource, name)
      : `${typeName(resource)} "${name}" ${how}${fromNamespace(target)}${dryRunSuffix(flags.dryRun)}`;
  process.stdout.write(`${said}\n`);
  return { target, uid: object.metadata.uid };
}

/** Gone is: absent, or another object by the same name. */
async function untilGone({ client }: Session, going: readonly Going[], timeoutMs = 0): Promise<void> {
  const deadline = systemClock.now() + timeoutMs;
  for (const { target, uid } of going) {
    const left = timeoutMs > 0 ? Math.max(1, deadline - systemClock.now()) : 0;
    if (!(await untilState(client, target, left, object => object?.metadata.uid !== uid))) {
      throw new Failure(`timed out waiting for the condition on ${target.resource.plural}/${target.name}`);
    }
  }
}

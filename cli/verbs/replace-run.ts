/** What `replace` does (see replace.ts for its flags). */
import type { AnyObject } from '../../api/types.js';
import { Failure } from '../failure.js';
import type { ServerResource } from '../objects/discovery.js';
import { isNotFound } from '../objects/fetch.js';
import { readManifests } from '../objects/files.js';
import { dryRunSuffix, fieldValidation, forEachManifest } from '../objects/manifests.js';
import { untilState } from '../objects/states.js';
import { fromNamespace, nameOf } from '../objects/targets.js';
import { type Found, parseObjectFormat, render } from '../output/format.js';
import { type Session, withSession } from '../session.js';
import type { ReplaceFlags } from './replace.js';

export function replace(flags: ReplaceFlags): Promise<void> {
  if (flags.filename === undefined) throw new Failure('must specify --filename to replace');
  if (flags.force && flags.dryRun !== undefined && flags.dryRun !== 'none')
    throw new Failure('--dry-run can not be used when --force is set');
  if (flags.gracePeriod !== undefined && !flags.force) throw new Failure('--grace-period must have --force specified');
  const format = parseObjectFormat(flags.output);
  return withSession(flags, async session => {
    const found: Found[] = [];
    await forEachManifest(
      session,
      readManifests(flags),
      flags.namespace,
      async (object, resource) => ({
        object: flags.force
          ? await remade(session, object, resource, flags)
          : await replaced(session, object, resource, flags),
        said: `replaced${dryRunSuffix(flags.dryRun)}`,
      }),
      done => {
        found.push(done);
        if (!format) process.stdout.write(`${done.line}\n`);
      },
      source => `when replacing "${source}"`,
    );
    if (format && found.length > 0) process.stdout.write(render(format, found, { single: found.length === 1 }));
  });
}

const targetOf = (object: AnyObject, resource: ServerResource) => {
  const { name, namespace } = object.metadata;
  if (!name) throw new Failure(`${object.kind}: resource name may not be empty`);
  return { resource, name, ...(namespace === undefined ? {} : { namespace }) };
};

const writing = ({ fieldManager, validate }: ReplaceFlags) => ({
  fieldManager,
  fieldValidation: fieldValidation(validate),
});

/** A manifest that says no version replaces whichever is there. */
async function replaced(
  { client }: Session,
  object: AnyObject,
  resource: ServerResource,
  flags: ReplaceFlags,
): Promise<AnyObject> {
  const current = await client.get(resource, nameOf(targetOf(object, resource)));
  if (flags.dryRun === 'client') return object;
  const { resourceVersion = current.metadata.resourceVersion } = object.metadata;
  const metadata = { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return client.update(resource, { ...object, metadata }, { ...writing(flags), dryRun: flags.dryRun === 'server' });
}

/** Waits until what was there is gone. What was not there is no hindrance. */
async function remade(
  { client }: Session,
  object: AnyObject,
  resource: ServerResource,
  flags: ReplaceFlags,
): Promise<AnyObject> {
  const target = targetOf(object, resource);
  const { gracePeriod } = flags;
  try {
    await client.delete(resource, nameOf(target), gracePeriod === undefined ? {} : { gracePeriodSeconds: gracePeriod });
    process.stdout.write(`${resource.singular} "${target.name}" deleted${fromNamespace(target)}\n`);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  await untilState(client, target, 0, state => state === undefined);
  const { resourceVersion: _, ...metadata } = object.metadata;
  return client.create(resource, { ...object, metadata }, writing(flags));
}

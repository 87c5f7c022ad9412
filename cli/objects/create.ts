/** Creating objects one after the other, each said as it is done: for `create`, and for the verbs that make one in words. */
import type { AnyObject } from '../../api/types.js';
import { type Found, parseObjectFormat, render } from '../output/format.js';
import type { Session } from '../session.js';
import type { FileFlags, Manifest } from './files.js';
import { type DryRun, dryRunSuffix, fieldValidation, forEachManifest, type Validation } from './manifests.js';

export interface CreateOptions extends FileFlags {
  namespace?: string;
  dryRun?: DryRun;
  validate?: Validation;
  output?: string;
  /** Nothing is said of what is done. */
  silent?: boolean;
}

export interface Creation {
  /** 'created' */
  said: string;
  fieldManager: string;
}

const plainly: Creation = { said: 'created', fieldManager: 'kubectl-create' };

export async function createAll(
  session: Session,
  manifests: readonly Manifest[],
  flags: CreateOptions,
  { said, fieldManager }: Creation = plainly,
): Promise<void> {
  const format = parseObjectFormat(flags.output);
  const found: Found[] = [];
  await forEachManifest(
    session,
    manifests,
    flags.namespace,
    async (object, resource) => {
      const created =
        flags.dryRun === 'client'
          ? dryCreated(object, flags)
          : await session.client.create(resource, object, {
              fieldManager,
              fieldValidation: fieldValidation(flags.validate),
              dryRun: flags.dryRun === 'server',
            });
      return { object: created, said: `${said}${dryRunSuffix(flags.dryRun)}` };
    },
    done => {
      found.push(done);
      if (!format && !flags.silent) process.stdout.write(`${done.line}\n`);
    },
    source => (source === '' ? undefined : `when creating "${source}"`),
  );
  if (format && found.length > 0) process.stdout.write(render(format, found, { single: found.length === 1 }));
}

/** What was said in words, rather than in a file. */
export const inWords = (object: AnyObject): Manifest => ({ object, source: '' });

/** What was said in words has a namespace only when that was said too: so it can be applied anywhere. */
function dryCreated(object: AnyObject, flags: CreateOptions): AnyObject {
  if (flags.filename !== undefined || flags.namespace !== undefined) return object;
  const { namespace: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

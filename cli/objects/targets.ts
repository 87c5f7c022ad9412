/** What a verb is to work on: from its arguments, its manifests (-f), or by labels. */
import type { AnyObject } from '../../api/types.js';
import type { Name } from '../../client/client.js';
import { Failure } from '../failure.js';
import type { Session } from '../session.js';
import { fetchObjects } from './fetch.js';
import { type FileFlags, readManifests } from './files.js';
import { placed } from './manifests.js';
import { parseTargets, resourceFor, type Target } from './resolve.js';

export interface SelectionFlags extends FileFlags {
  namespace?: string;
  allNamespaces?: boolean;
  selector?: string;
  fieldSelector?: string;
  all?: boolean;
}

/** An object that is certain by name. `object` is there where it had to be read to be found. */
export interface NamedTarget extends Target {
  name: string;
  object?: AnyObject;
}

/** Kinds, with or without names: all of a kind is one target. */
export async function targetsOf(session: Session, args: readonly string[], flags: SelectionFlags): Promise<Target[]> {
  if (flags.filename === undefined) {
    if (args.length === 0) {
      throw new Failure(
        "You must provide one or more resources by argument or filename, such as 'pod web', 'pod/web' or -f web.yaml.",
      );
    }
    const targets = parseTargets(args, await session.resources());
    if (flags.allNamespaces && targets.some(target => target.name !== undefined)) {
      throw new Failure('a resource cannot be retrieved by name across all namespaces');
    }
    return targets;
  }
  if (args.length > 0) {
    throw new Failure(
      'when paths, URLs, or stdin is provided as resource input, you may not specify resource arguments as well',
    );
  }
  const known = await session.resources();
  return readManifests(flags).map(({ object, source }) => {
    const resource = resourceFor(object, known, source);
    const { name, namespace } = placed(object, resource, session.namespace, flags.namespace).metadata;
    return {
      resource,
      source,
      ...(name === undefined ? {} : { name }),
      ...(resource.namespaced && namespace !== undefined ? { namespace } : {}),
    };
  });
}

/** Every object by name: those of kinds without names are listed, which needs --all or a selector. */
export async function namedTargets(
  session: Session,
  args: readonly string[],
  flags: SelectionFlags,
): Promise<NamedTarget[]> {
  if (flags.all && flags.selector !== undefined) throw new Failure('cannot set --all and --selector at the same time');
  const targets = await targetsOf(session, args, flags);
  if (targets.some(target => target.name !== undefined) && (flags.all || flags.selector !== undefined)) {
    throw new Failure('name cannot be provided when a selector is specified: give names, or -l, or --all');
  }
  if (targets.some(target => target.name === undefined) && !isSelection(flags)) {
    throw new Failure('resource(s) were provided, but no name was specified');
  }
  const namespace = flags.allNamespaces ? undefined : session.namespace;
  const filter = {
    namespace,
    ...(flags.selector === undefined ? {} : { labelSelector: flags.selector }),
    ...(flags.fieldSelector === undefined ? {} : { fieldSelector: flags.fieldSelector }),
  };
  const lists = await Promise.all(
    targets.map(async (target): Promise<NamedTarget[]> => {
      if (target.name !== undefined) return [{ namespace: session.namespace, ...target, name: target.name }];
      return (await fetchObjects(session.client, target, filter)).map(object => foundTarget(target, object));
    }),
  );
  return lists.flat();
}

const isSelection = (flags: SelectionFlags): boolean =>
  flags.all === true || flags.selector !== undefined || flags.fieldSelector !== undefined;

function foundTarget(target: Target, object: AnyObject): NamedTarget {
  const { name = '', namespace } = object.metadata;
  return { ...target, object, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** Where the object is, for the client. */
export const nameOf = ({ resource, name, namespace }: NamedTarget): Name =>
  resource.namespaced && namespace !== undefined ? { name, namespace } : { name };

/** ' from default namespace', of what is in one. */
export const fromNamespace = ({ resource, namespace }: NamedTarget): string =>
  resource.namespaced && namespace !== undefined ? ` from ${namespace} namespace` : '';

/** The object itself: as it was found, or read now. */
export const objectOf = async (session: Session, target: NamedTarget): Promise<AnyObject> =>
  target.object ?? (await session.client.get(target.resource, nameOf(target)));

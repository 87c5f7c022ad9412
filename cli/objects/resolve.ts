/** From what a person types ("po,svc", "pod/web", "roles.rbac.authorization.k8s.io") to kinds and names. Pure. */
import { Failure } from '../failure.js';
import type { ServerResource } from './discovery.js';

/** One kind, and of it the named object; without a name, all of them. */
export interface Target {
  resource: ServerResource;
  name?: string;
  /** Where a manifest says so; else the session's is meant. */
  namespace?: string;
  /** The manifest that named it. */
  source?: string;
}

/**
 * kubectl's forms: `pods`, `pods web db`, `po,svc`, `po,svc web` (of each kind), `pod/web svc/db`, `all`.
 * Throws a Failure worded as kubectl's.
 */
export function parseTargets(args: readonly string[], known: readonly ServerResource[]): Target[] {
  if (args.some(arg => arg.includes('/'))) return args.map(arg => slashed(arg, args, known));
  const [types = '', ...names] = args;
  const resources = types.split(',').flatMap(type => resourcesOf(type, known));
  if (names.length === 0) return resources.map(resource => ({ resource }));
  return resources.flatMap(resource => names.map(name => ({ resource, name })));
}

function slashed(arg: string, args: readonly string[], known: readonly ServerResource[]): Target {
  const [type = '', name = '', ...more] = arg.split('/');
  if (!arg.includes('/')) {
    throw new Failure(
      `there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. '${slashedOf(args)}' instead of '${arg} ${slashedOf(args)}')`,
    );
  }
  if (more.length > 0 || type === '' || name === '') {
    throw new Failure('arguments in resource/name form may not have more than one slash');
  }
  const [resource, ...others] = resourcesOf(type, known);
  if (!resource || others.length > 0)
    throw new Failure(`a single resource type is needed before the slash in "${arg}"`);
  return { resource, name };
}

const slashedOf = (args: readonly string[]): string => args.find(arg => arg.includes('/')) ?? '';

/** A category ("all") is several kinds; anything else is one. */
function resourcesOf(type: string, known: readonly ServerResource[]): ServerResource[] {
  const category = known.filter(resource => resource.categories.includes(type));
  if (category.length > 0) return preferred(category);
  return [findResource(type, known)];
}

/** By plural, singular, short name or kind, alone or as "name.group" or "name.version.group". Case does not count. */
export function findResource(type: string, known: readonly ServerResource[]): ServerResource {
  const [word = '', ...rest] = type.toLowerCase().split('.');
  const suffix = rest.join('.');
  const answersTo = (resource: ServerResource): boolean =>
    resource.plural === word ||
    resource.singular === word ||
    resource.kind.toLowerCase() === word ||
    resource.shortNames.includes(word);
  const found = known.find(
    resource =>
      answersTo(resource) &&
      (suffix === '' || suffix === resource.group || suffix === joined(resource.version, resource.group)),
  );
  if (!found) throw new Failure(`the server doesn't have a resource type "${type}"`);
  return found;
}

const joined = (version: string, group: string): string => (group === '' ? version : `${version}.${group}`);

/** The first version of each kind: the server's preferred one. */
function preferred(list: readonly ServerResource[]): ServerResource[] {
  return list.filter(
    (resource, index) =>
      list.findIndex(other => other.group === resource.group && other.plural === resource.plural) === index,
  );
}

/** The kind of an object that says its apiVersion and kind; `source` is the file that it stands in. */
export function resourceFor(
  object: { apiVersion: string; kind: string },
  known: readonly ServerResource[],
  source: string,
): ServerResource {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  const version = object.apiVersion.slice(slash + 1);
  const found = known.find(r => r.group === group && r.version === version && r.kind === object.kind);
  if (found) return found;
  throw new Failure(
    `${source}: no matches for kind "${object.kind}" in version "${object.apiVersion}": the server does not have it; see './orrery api-resources'`,
  );
}

/** "pod", "role.rbac.authorization.k8s.io". */
export const typeName = ({ singular, group }: { singular: string; group: string }): string =>
  group === '' ? singular : `${singular}.${group}`;

/** "pod/web", "role.rbac.authorization.k8s.io/x": how objects are called in messages. */
export const typedName = (resource: { singular: string; group: string }, name: string): string =>
  `${typeName(resource)}/${name}`;

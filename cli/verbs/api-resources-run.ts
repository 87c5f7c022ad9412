/** What `api-resources` does (see api-resources.ts for its flags). */
import { apiVersionOf } from '../../api/kinds/row.js';
import { Failure } from '../failure.js';
import type { ServerResource } from '../objects/discovery.js';
import { alignedText } from '../output/columns.js';
import { withSession } from '../session.js';
import type { ApiResourcesFlags } from './api-resources.js';

export function apiResources(flags: ApiResourcesFlags): Promise<void> {
  return withSession(flags, async ({ resources }) => {
    const wanted = preferred(await resources())
      .filter(resource => matches(resource, flags))
      .sort(byGroupThenName);
    if (flags.output === 'name')
      process.stdout.write(wanted.map(r => `${r.plural}${r.group && `.${r.group}`}\n`).join(''));
    else if (flags.output === undefined || flags.output === 'wide') process.stdout.write(table(wanted, flags));
    else throw new Failure(`--output ${flags.output} is not available: wide and name are`);
  });
}

/** Of each resource the version that its group prefers: the first. */
function preferred(all: readonly ServerResource[]): ServerResource[] {
  const seen = new Set<string>();
  return all.filter(({ group, plural }) => {
    const name = `${plural}.${group}`;
    return !seen.has(name) && seen.add(name);
  });
}

const matches = (resource: ServerResource, flags: ApiResourcesFlags): boolean =>
  (flags.apiGroup === undefined || resource.group === flags.apiGroup) &&
  (flags.namespaced === undefined || String(resource.namespaced) === flags.namespaced) &&
  (flags.verbs ?? '')
    .split(',')
    .filter(Boolean)
    .every(verb => resource.verbs.includes(verb));

const byGroupThenName = (a: ServerResource, b: ServerResource): number =>
  a.group === b.group ? (a.plural < b.plural ? -1 : 1) : a.group < b.group ? -1 : 1;

function table(list: readonly ServerResource[], flags: ApiResourcesFlags): string {
  const wide = flags.output === 'wide';
  const headings = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(wide ? ['VERBS', 'CATEGORIES'] : [])];
  const rows = list.map(r => [
    r.plural,
    r.shortNames.join(','),
    apiVersionOf(r),
    String(r.namespaced),
    r.kind,
    ...(wide ? [[...r.verbs].sort().join(','), r.categories.join(',')] : []),
  ]);
  return alignedText([...(flags.headers === false ? [] : [headings]), ...rows]);
}

/** Roles as a table of what may be done, and bindings as who may do it. */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '../../api/types.js';
import { labelled } from './metadata.js';
import { type Item, tableLines } from './text.js';

/** One thing that may be done to one thing: what a rule says at once, taken apart. */
interface Line {
  /** Both '' for paths. */
  group: string;
  resource: string;
  path: string;
  name: string;
  verbs: string[];
}

export function describeRole(role: Role | ClusterRole): Item[] {
  const rows = ruleLines(role.rules ?? []).map(({ group, resource, path, name, verbs }) => [
    qualified(resource, group),
    `[${path}]`,
    `[${name}]`,
    `[${verbs.join(' ')}]`,
  ]);
  const headings = ['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs'];
  return [
    ['Name', role.metadata.name ?? ''],
    ...labelled(role),
    { heading: 'PolicyRule', block: tableLines(headings, rows) },
  ];
}

/** A line for each resource, path and name; lines that differ by verbs only are one. */
export function ruleLines(rules: readonly PolicyRule[]): Line[] {
  const lines = new Map<string, Line>();
  for (const line of rules.flatMap(takenApart)) {
    const key = JSON.stringify([line.group, line.resource, line.path, line.name]);
    const earlier = lines.get(key);
    if (earlier) earlier.verbs.push(...line.verbs.filter(verb => !earlier.verbs.includes(verb)));
    else lines.set(key, line);
  }
  const order = ({ verbs, group, resource, name, path }: Line): string =>
    `${verbs.join(' ')}]${group}]${resource}]${name}]${path}]`;
  return [...lines.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function takenApart({ apiGroups = [], resources = [], resourceNames, nonResourceURLs, verbs }: PolicyRule): Line[] {
  const paths = (nonResourceURLs ?? []).map(path => ({ resource: '', path, name: '', group: '', verbs: [...verbs] }));
  const names = resourceNames && resourceNames.length > 0 ? resourceNames : [''];
  const things = apiGroups.flatMap(group =>
    resources.flatMap(resource => names.map(name => ({ resource, path: '', name, group, verbs: [...verbs] }))),
  );
  return [...things, ...paths];
}

/** 'pods/log', 'deployments.apps/scale': the group stands before the subresource. */
function qualified(resource: string, group: string): string {
  if (group === '') return resource;
  const [name = '', ...subresource] = resource.split('/');
  return [`${name}.${group}`, ...subresource].join('/');
}

export function describeBinding(binding: RoleBinding | ClusterRoleBinding): Item[] {
  const rows = (binding.subjects ?? []).map(({ kind, name, namespace }) => [kind, name, namespace ?? '']);
  return [
    ['Name', binding.metadata.name ?? ''],
    ...labelled(binding),
    {
      heading: 'Role',
      block: [
        ['Kind', binding.roleRef.kind],
        ['Name', binding.roleRef.name],
      ],
    },
    { heading: 'Subjects', block: tableLines(['Kind', 'Name', 'Namespace'], rows) },
  ];
}

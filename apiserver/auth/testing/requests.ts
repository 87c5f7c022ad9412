/** Requests and users in few words, for tables of tests. */
import type { RequestInfo, User } from '../../contracts.js';

/** 'get pods/log', 'list deployments.apps', 'get /healthz'; namespace and name beside it. */
export function ask(text: string, namespace = '', name = ''): RequestInfo {
  const [verb = '', what = ''] = text.split(' ');
  const blank = { group: '', version: '', namespace: '', resource: '', subresource: '', name: '' };
  if (what.startsWith('/')) return { ...blank, isResource: false, path: what, verb };
  const [full = '', subresource = ''] = what.split('/');
  const dot = full.indexOf('.');
  const resource = dot < 0 ? full : full.slice(0, dot);
  const group = dot < 0 ? '' : full.slice(dot + 1);
  return { isResource: true, path: '', verb, group, version: 'v1', namespace, resource, subresource, name };
}

export const someone = (name: string, ...groups: string[]): User => ({
  name,
  groups: [...groups, 'system:authenticated'],
});

export const kubelet = (node: string): User => someone(`system:node:${node}`, 'system:nodes');

export const serviceAccount = (namespace: string, name: string): User =>
  someone(
    `system:serviceaccount:${namespace}:${name}`,
    'system:serviceaccounts',
    `system:serviceaccounts:${namespace}`,
  );

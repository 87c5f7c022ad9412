/** The documents of discovery, one path each: /api, /apis, /apis/GROUP, and /api/v1 or /apis/GROUP/VERSION. */
import type { KindRow } from '../../api/kinds/row.js';
import { groupsOf, groupVersion, type RemoteVersion, resourcesOf, rowsOf } from './resources.js';

/**
 * Undefined where there is nothing. `address` is where this server is reached, 'host:port'. Of `remote` versions only
 * the names are told here: their documents are their servers'.
 */
export function discoveryDocument(
  rows: readonly KindRow[],
  path: string,
  address: string,
  remote: readonly RemoteVersion[] = [],
): object | undefined {
  const [root, group, version, ...rest] = path.replace(/\/$/, '').split('/').slice(1);
  if (rest.length > 0) return undefined;
  if (root === 'api') {
    if (group === undefined) return coreVersions(rows, address);
    return version === undefined ? resourceList(rows, '', group) : undefined;
  }
  if (root !== 'apis' || group === '') return undefined;
  if (group === undefined) return groupList(rows, remote);
  if (version === undefined) return namedGroups(rows, remote).find(found => found.name === group);
  return resourceList(rows, group, version);
}

function coreVersions(rows: readonly KindRow[], address: string): object {
  const core = groupsOf(rows).find(({ group }) => group === '');
  return {
    kind: 'APIVersions',
    versions: core?.versions ?? [],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

const groupList = (rows: readonly KindRow[], remote: readonly RemoteVersion[]): object => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: namedGroups(rows, remote).map(({ kind: _kind, apiVersion: _apiVersion, ...group }) => group),
});

const namedGroups = (rows: readonly KindRow[], remote: readonly RemoteVersion[]) =>
  groupsOf(rows, remote)
    .filter(({ group }) => group !== '')
    .map(({ group, versions }) => {
      const listed = versions.map(version => ({ groupVersion: groupVersion(group, version), version }));
      return { kind: 'APIGroup', apiVersion: 'v1', name: group, versions: listed, preferredVersion: listed[0] };
    });

function resourceList(rows: readonly KindRow[], group: string, version: string): object | undefined {
  const found = rowsOf(rows, group, version);
  if (found.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersion(group, version),
    resources: found.flatMap(resourcesOf),
  };
}

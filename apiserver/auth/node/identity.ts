import type { User } from '../../contracts.js';
import { nodeNamePrefix, nodesGroup } from '../well-known.js';

/** The node whose kubelet this is; '' for a member of system:nodes whose name says none; undefined for anyone else. */
export function nodeOf(user: User): string | undefined {
  if (!user.groups.includes(nodesGroup)) return undefined;
  return user.name.startsWith(nodeNamePrefix) ? user.name.slice(nodeNamePrefix.length) : '';
}

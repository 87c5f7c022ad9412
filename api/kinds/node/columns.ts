import type { Node } from '../../types.js';
import { ageColumn, nameColumn, none, text } from '../columns.js';

const roleLabel = 'node-role.kubernetes.io/';

function status(node: Node): string {
  const ready = node.status?.conditions?.find(condition => condition.type === 'Ready');
  const words = [ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'];
  if (node.spec?.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

function roles(node: Node): string {
  const found = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(roleLabel) && key.length > roleLabel.length) found.add(key.slice(roleLabel.length));
    else if (key === 'kubernetes.io/role' && value !== '') found.add(value);
  }
  return found.size === 0 ? none : [...found].sort().join(',');
}

const address = (node: Node, type: string): string =>
  node.status?.addresses?.find(candidate => candidate.type === type)?.address ?? none;

const unknown = '<unknown>';

export const columns = [
  nameColumn,
  text<Node>('Status', status),
  text<Node>('Roles', roles),
  ageColumn,
  text<Node>('Version', node => node.status?.nodeInfo?.kubeletVersion ?? ''),
  text<Node>('Internal-IP', node => address(node, 'InternalIP'), 'wide'),
  text<Node>('External-IP', node => address(node, 'ExternalIP'), 'wide'),
  text<Node>('OS-Image', node => node.status?.nodeInfo?.osImage || unknown, 'wide'),
  text<Node>('Kernel-Version', node => node.status?.nodeInfo?.kernelVersion || unknown, 'wide'),
  text<Node>('Container-Runtime', node => node.status?.nodeInfo?.containerRuntimeVersion || unknown, 'wide'),
];

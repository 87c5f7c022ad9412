/** What a machine must have to be a node, what is missing on this one, and the package that brings it. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

export interface Requirement {
  what: string;
  /** Debian's and Ubuntu's package. */
  package: string;
  /** Any of these paths will do; a bare name is looked up on the PATH. */
  anyOf: readonly string[];
}

export const nodeRequirements: readonly Requirement[] = [
  { what: 'containerd', package: 'containerd', anyOf: ['containerd'] },
  { what: 'runc', package: 'runc', anyOf: ['runc'] },
  {
    what: 'the CNI plug-ins',
    package: 'containernetworking-plugins',
    anyOf: ['/usr/lib/cni/bridge', '/opt/cni/bin/bridge', '/usr/libexec/cni/bridge'],
  },
  { what: 'iptables', package: 'iptables', anyOf: ['iptables-restore'] },
  { what: 'nft', package: 'nftables', anyOf: ['nft'] },
  { what: 'conntrack', package: 'conntrack', anyOf: ['conntrack'] },
  { what: 'a static busybox', package: 'busybox-static', anyOf: ['busybox'] },
  { what: 'ip', package: 'iproute2', anyOf: ['ip'] },
  { what: 'mount', package: 'mount', anyOf: ['mount'] },
  { what: 'setpriv', package: 'util-linux', anyOf: ['setpriv'] },
];

/** Of a cluster with an etcd of its own. */
export const etcdRequirement: Requirement = { what: 'etcd', package: 'etcd-server', anyOf: ['etcd'] };

/** Root's programs live in sbin, which the PATH of a user may lack. */
export const searchPath = (path: string | undefined): string[] => [
  ...new Set([...(path ?? '').split(':').filter(Boolean), '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin']),
];

export function missing(
  requirements: readonly Requirement[],
  path: readonly string[],
  executable: (file: string) => boolean = isExecutable,
): Requirement[] {
  const present = (name: string): boolean =>
    name.startsWith('/') ? executable(name) : path.some(folder => executable(join(folder, name)));
  return requirements.filter(requirement => !requirement.anyOf.some(present));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** 'containerd, runc and nft are not installed: run ...' */
export function explainMissing(list: readonly Requirement[]): string {
  const names = list.map(requirement => requirement.what);
  const last = names.at(-1);
  const listed = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${last}` : last;
  const verb = names.length > 1 ? 'are' : 'is';
  const packages = list.map(requirement => requirement.package).join(' ');
  return `${listed} ${verb} not installed: run 'sudo apt-get install ${packages}', or your system's like.`;
}

/** What pods leave on a machine: nothing, once they are gone. Every kind of thing that a kubelet makes is looked for. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../lab.js';

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** One line for each thing found, empty when all is well. `uids` are those of all pods there ever were. */
export async function leaks(lab: Lab, uids: ReadonlySet<string>): Promise<string[]> {
  const node = join(lab.dataDir, 'node');
  const containerd = join(node, 'containerd');
  const found = {
    'network namespace': namesIn(join(containerd, 'state/io.containerd.grpc.v1.cri/netns')),
    'CNI address': namesIn(join(node, 'cni/ipam/orrery0')).filter(name => /^\d/.test(name)),
    veth: await vethsIn(lab),
    mount: mountsBelow([join(node, 'pods'), join(node, 'memory/'), join(containerd, 'state')]),
    'pod directory': ['pods', 'memory', 'logs/pods'].flatMap(folder => namesIn(join(node, folder))),
    shim: shimsOf(containerd),
    container: await ctr(lab, containerd, 'containers', 'ls', '-q'),
    // Those of the images are 'Committed'.
    snapshot: (await ctr(lab, containerd, 'snapshots', 'ls')).filter(line => /(Active|View)\s*$/.test(line)),
    cgroup: podCgroups(uids),
    'runc state': runcStates(containerd),
    'packet filter rule': (await lines(lab, 'iptables-save')).filter(isOfPod),
  };
  return Object.entries(found).flatMap(([what, names]) => names.map(name => `${what} ${name}`));
}

async function lines(lab: Lab, command: string, ...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await lab.run(command, args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout.split('\n').filter(Boolean);
}

const ctr = (lab: Lab, containerd: string, ...args: string[]): Promise<string[]> =>
  lines(lab, 'ctr', '--address', join(containerd, 'containerd.sock'), '-n', 'k8s.io', ...args);

/** Of the pods: the lab's own cable has other names. */
const vethsIn = async (lab: Lab): Promise<string[]> =>
  (await lines(lab, 'ip', '-o', 'link', 'show', 'type', 'veth')).filter(line => /^\d+: veth/.test(line));

const mountsBelow = (folders: readonly string[]): string[] =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map(line => line.split(' ')[1] ?? '')
    .filter(path => folders.some(folder => path.startsWith(folder)));

/** A shim is told by its arguments whose it is. */
function shimsOf(containerd: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter(line => line.includes('containerd-shim') && line.includes(containerd));
}

/** A host port's chain, or a pod's own address. */
const isOfPod = (rule: string): boolean => /CNI-DN-|\b10\.244\.\d+\.\d+(\/32|:\d)/.test(rule);

/** runc keeps them in one place for all containerds of a machine. */
function runcStates(containerd: string): string[] {
  const root = '/run/containerd/runc/k8s.io';
  return namesIn(root).filter(id => {
    try {
      return readFileSync(join(root, id, 'state.json'), 'utf8').includes(containerd);
    } catch {
      return false;
    }
  });
}

/** In any tree of the kernel's. The groups of other clusters on this machine are not ours to count. */
function podCgroups(uids: ReadonlySet<string>): string[] {
  const root = '/sys/fs/cgroup';
  const trees = existsSync(join(root, 'cgroup.controllers')) ? [root] : namesIn(root).map(name => join(root, name));
  return trees.flatMap(tree =>
    ['', 'burstable', 'besteffort'].flatMap(group => {
      const folder = join(tree, 'kubepods', group);
      return namesIn(folder)
        .filter(name => uids.has(name.replace(/^pod/, '')))
        .map(name => join(folder, name));
    }),
  );
}

/** Where the programs are that a containerd of our own needs, or one sentence that says what to install. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

export interface Binaries {
  containerd: string;
  ctr: string;
  /** The directory with bridge, host-local, loopback and portmap. */
  cniDir: string;
  /** Directories for containerd's PATH, so that it finds runc and its shim. */
  path: string;
}

const programs = { containerd: 'containerd', ctr: 'containerd', 'containerd-shim-runc-v2': 'containerd', runc: 'runc' };
const plugins = ['bridge', 'host-local', 'loopback', 'portmap'];
const cniDirs = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'];
const usualDirs = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

const executable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Throws an Error whose message names every missing package. */
export function findBinaries(pathVariable: string = process.env.PATH ?? ''): Binaries {
  const dirs = [...new Set([...pathVariable.split(':').filter(Boolean), ...usualDirs])];
  const find = (name: string): string | undefined => dirs.map(dir => join(dir, name)).find(executable);
  const packages = new Set(
    Object.entries(programs)
      .filter(([name]) => !find(name))
      .map(([, pkg]) => pkg),
  );
  const cniDir = cniDirs.find(dir => plugins.every(plugin => executable(join(dir, plugin))));
  if (!cniDir) packages.add('containernetworking-plugins');
  if (packages.size > 0)
    throw new Error(
      `this machine cannot run containers: ${[...packages].join(', ')} not found (looked in ${dirs.join(':')} and ${cniDirs.join(':')}); ` +
        `install with: apt-get install ${[...packages].join(' ')}`,
    );
  return { containerd: find('containerd') ?? '', ctr: find('ctr') ?? '', cniDir: cniDir ?? '', path: dirs.join(':') };
}

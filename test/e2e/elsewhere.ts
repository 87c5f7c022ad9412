/**
 * Preloaded (node --import) into each process of a cluster, so that this Linux seems to be another system: no /proc and no /sys,
 * none of its programs but `ps`, no sockets without a file, and another name. What is asked of it is answered as there.
 */
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import { basename } from 'node:path';

// It has a compiled part for each system, and chooses by that name.
await import('lmdb');

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Module = Record<string, unknown>;

const isLinuxOnly = (path: unknown): boolean =>
  /^\/(proc|sys)(\/|$)/.test(path instanceof URL ? path.pathname : String(path));
const nowhere = '/nonexistent';

/** Replaces functions of a module by ones whose first argument is looked at before. */
function withFirst(module: Module, names: readonly string[], look: (first: unknown) => unknown): void {
  for (const name of names) {
    const real = module[name];
    if (typeof real !== 'function') continue;
    const call: Call = function (first, ...others) {
      return (real as Call).call(this, look(first), ...others);
    };
    module[name] = Object.assign(call, real);
  }
}

const takesPath = (name: string): boolean =>
  /^(access|exists|open|readFile|readdir|readlink|realpath|stat|lstat|statfs|watch|watchFile|createReadStream)(Sync)?$/.test(
    name,
  );
const otherPath = (path: unknown): unknown => (isLinuxOnly(path) ? `${nowhere}${String(path)}` : path);
for (const module of [fs, fs.promises] as unknown as Module[])
  withFirst(module, Object.keys(module).filter(takesPath), otherPath);

const programs = new Set([basename(process.execPath), 'ps', 'etcd']);
withFirst(
  childProcess as unknown as Module,
  ['spawn', 'spawnSync', 'execFile', 'execFileSync', 'exec', 'execSync'],
  program => (programs.has(basename(String(program))) ? program : `${nowhere}/${basename(String(program))}`),
);

const noAbstract = (where: unknown): unknown => {
  if (typeof where === 'string' && where.startsWith('\0')) throw new Error('only Linux has sockets without a file');
  return where;
};
withFirst(net.Server.prototype as unknown as Module, ['listen'], noAbstract);

Object.defineProperty(process, 'platform', { value: 'darwin' });
os.platform = () => 'darwin';
os.type = () => 'Darwin';
syncBuiltinESMExports();

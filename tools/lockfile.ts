/**
 * `npx tsx tools/lockfile.ts` completes package-lock.json after a dependency has changed. A registry mirror that lacks the
 * packages of other platforms makes npm leave them out of the lock file, and `npm ci` then refuses it everywhere.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './sources.js';

interface Package {
  version?: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

export interface LockFile {
  packages: Record<string, Package>;
}

export const lockPath = join(root, 'package-lock.json');
const platform = /(android|darwin|linux|win32|freebsd|netbsd|openbsd|openharmony|sunos|aix)-([a-z0-9]+?)(-musl)?$/;

/** Entries for optional packages that are asked for but not locked, by their place in the lock file. Pure. */
export function missingOptional({ packages }: LockFile): Record<string, Package> {
  const missing: Record<string, Package> = {};
  for (const [place, { optionalDependencies = {}, license, dev }] of Object.entries(packages)) {
    if (place === '') continue;
    for (const [name, range] of Object.entries(optionalDependencies)) {
      const places = [`node_modules/${name}`, `${place}/node_modules/${name}`];
      const found = platform.exec(name);
      if (!found || places.some(known => known in packages)) continue;
      missing[`node_modules/${name}`] = {
        version: range.replace(/^[~^]/, ''),
        ...(license === undefined ? {} : { license }),
        optional: true,
        ...(dev ? { dev } : {}),
        os: [found[1] ?? ''],
        cpu: [found[2] ?? ''],
        ...(found[3] ? { libc: ['musl'] } : {}),
      };
    }
  }
  return missing;
}

export function complete(lock: LockFile): LockFile {
  const all = Object.entries({ ...lock.packages, ...missingOptional(lock) });
  return { ...lock, packages: Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const lock = JSON.parse(readFileSync(lockPath, 'utf8')) as LockFile;
  writeFileSync(lockPath, `${JSON.stringify(complete(lock), null, 2)}\n`);
}

/** Which part of a volume a mount shows: its subPath, or what its subPathExpr comes to in the container's environment. Pure. */
import { isAbsolute, sep } from 'node:path';
import type { VolumeMount } from '../../api/types.js';
import { expand } from '../pods/config/expand.js';

/** Empty for the whole volume. Throws in Kubernetes' words where it cannot be had. */
export function innerPath({ subPath = '', subPathExpr }: VolumeMount, env: ReadonlyMap<string, string>): string {
  const path = subPathExpr ? expanded(subPathExpr, env) : subPath;
  if (isAbsolute(path)) throw new Error(`error SubPath \`${path}\` must not be an absolute path`);
  if (path.split(sep).includes('..')) throw new Error(`unable to provision SubPath \`${path}\`: must not contain '..'`);
  return path;
}

/** Unlike in a command, a variable without a value is an error: pods would meet in a folder of that name. */
function expanded(text: string, env: ReadonlyMap<string, string>): string {
  const missing = new Set<string>();
  const path = expand(text, name => {
    const value = env.get(name);
    if (!value) missing.add(name);
    return value;
  });
  if (missing.size > 0) throw new Error(`missing value for ${[...missing].sort().join(', ')}`);
  return path;
}

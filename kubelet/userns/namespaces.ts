/**
 * The users of pods that have their own. A range is the pod's for as long as anything of it is here: it is written into the
 * pod's directory before it is used, so that a kubelet that starts again knows whose it is.
 */
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Pod } from '../../api/types.js';
import type { IdMapping } from '../cri/types.js';
import type { Directories } from '../directories.js';
import { freeRange, idsPerPod, type Pool, poolFrom } from './ranges.js';

/** As Kubernetes' kubelet writes them. */
interface Written {
  uidMappings: IdMapping[];
  gidMappings: IdMapping[];
}

const mapping = (begin: number): IdMapping[] => [{ hostId: begin, containerId: 0, length: idsPerPod }];

export const hasOwnUsers = ({ spec }: Pod): boolean => spec?.hostUsers === false;

export class UserNamespaces {
  /** The beginnings of ranges, by the uids of the pods that have them. */
  #taken: Promise<Map<string, number>> | undefined;

  constructor(
    private readonly directories: Directories,
    private readonly pool: () => Promise<Pool> = machinePool,
  ) {}

  /** The same each time. Throws when there is no range left, when nobody can tell which ones are taken, or when they are shut out. */
  async mappingsOf(uid: string): Promise<IdMapping[]> {
    const ready = [this.#known(), this.pool(), letsOthersIn(this.directories.root)] as const;
    const [taken, pool] = await Promise.all(ready);
    const known = taken.get(uid);
    if (known !== undefined) return mapping(known);
    const begin = freeRange(new Set(taken.values()), pool);
    if (begin === undefined)
      throw new Error(`could not find a free range of users for the pod: all ${pool.pods} of this node are taken`);
    taken.set(uid, begin);
    try {
      await this.#write(uid, begin);
    } catch (error) {
      taken.delete(uid);
      throw error;
    }
    return mapping(begin);
  }

  /** Nothing of the pod is here any more, its directory included. */
  async release(uid: string): Promise<void> {
    (await this.#taken?.catch(() => undefined))?.delete(uid);
  }

  #known(): Promise<Map<string, number>> {
    this.#taken ??= this.#read().catch(error => {
      this.#taken = undefined;
      throw error;
    });
    return this.#taken;
  }

  async #read(): Promise<Map<string, number>> {
    const uids = await readdir(this.directories.pods).catch(() => []);
    const found = await Promise.all(
      uids.map(async uid => {
        const file = this.directories.userNamespace(uid);
        const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return undefined;
          throw error;
        });
        return text === undefined ? [] : [[uid, beginOf(text, file)] as const];
      }),
    );
    return new Map(found.flat());
  }

  /** All of it or nothing: half a file would hide that the range is taken. */
  async #write(uid: string, begin: number): Promise<void> {
    const file = this.directories.userNamespace(uid);
    const written: Written = { uidMappings: mapping(begin), gidMappings: mapping(begin) };
    await mkdir(this.directories.pod(uid), { recursive: true });
    await writeFile(`${file}.part`, JSON.stringify(written));
    await rename(`${file}.part`, file);
  }
}

/** The root of such a pod is any other user outside, on its way to its own files as well. */
async function letsOthersIn(dir: string): Promise<void> {
  const { mode } = await stat(dir);
  if ((mode & 0o001) === 0)
    throw new Error(`pods with users of their own cannot reach their files: mend it with chmod o+x ${dir}`);
  if (dirname(dir) !== dir) await letsOthersIn(dirname(dir));
}

function beginOf(text: string, file: string): number {
  const read = (): number | undefined => {
    try {
      return (JSON.parse(text) as Written).uidMappings[0]?.hostId;
    } catch {
      return undefined;
    }
  };
  const begin = read();
  if (!Number.isInteger(begin))
    throw new Error(`${file} does not say which users its pod has: remove the pod and the file`);
  return begin as number;
}

const machinePool = async (): Promise<Pool> => {
  const [users = '', groups = ''] = await Promise.all(
    ['/etc/subuid', '/etc/subgid'].map(file => readFile(file, 'utf8').catch(() => '')),
  );
  return poolFrom(users, groups);
};

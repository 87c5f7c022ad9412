/**
 * The ports that services have on every node. Which are taken stands in the store, in one RangeAllocation that is changed
 * by compare and swap: so several API servers on one store never give a port twice.
 */
import { conflict, statusError } from '../../../api/status.js';
import type { Entry } from '../../../storage/store.js';
import type { Environment } from '../call.js';
import { Bitmap } from './bitmap.js';
import { candidates } from './pick.js';

const key = '/registry/ranges/servicenodeports';
const first = 30_000;
const size = 2768;
/** Left to those who ask for one by name, as Kubernetes does. */
const kept = 86;
export const portRange = `${first}-${first + size - 1}`;

/** Writers that meet again and again are told to try later. */
const maxAttempts = 64;

/** The ports, as one change sees them: all that it takes and frees is written together, or not at all. */
export interface Ports {
  contains(port: number): boolean;
  isTaken(port: number): boolean;
  /** False when another has it. */
  take(port: number): boolean;
  /** Undefined when all are taken. `random` in [0, 1). */
  draw(random: number): number | undefined;
  free(port: number): void;
  taken(): number[];
}

function portsOf(bits: Bitmap): Ports {
  const contains = (port: number): boolean => port >= first && port < first + size;
  const isTaken = (port: number): boolean => contains(port) && bits.has(port - first);
  return {
    contains,
    isTaken,
    take(port) {
      if (isTaken(port)) return false;
      bits.add(port - first);
      return true;
    },
    draw(random) {
      for (const offset of candidates(size, kept, random)) {
        if (bits.has(offset)) continue;
        bits.add(offset);
        return first + offset;
      }
      return undefined;
    },
    free(port) {
      if (contains(port)) bits.remove(port - first);
    },
    taken: () => Array.from({ length: size }, (_, offset) => first + offset).filter(isTaken),
  };
}

export class NodePorts {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Decides over the ports as they are now, and writes what became of them. `decide` may be called again, when another
   * server was faster; what it throws ends the change with nothing written. A dry run writes nothing.
   */
  change<T>(env: Environment, dryRun: boolean, decide: (ports: Ports) => T): Promise<T> {
    // One at a time in this process: they would only make each other try again.
    const mine = this.#last.then(() => swap(env, dryRun, decide));
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

async function swap<T>({ store }: Environment, dryRun: boolean, decide: (ports: Ports) => T): Promise<T> {
  let current = await store.get(key);
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const before = decode(current);
    const bits = new Bitmap(before);
    const result = decide(portsOf(bits));
    const after = bits.toBytes();
    if (dryRun || after.equals(before)) return result;
    const value = encode(after);
    const written = current ? await store.update(key, value, current.revision) : await store.create(key, value);
    if (written.ok) return result;
    current = written.current;
  }
  throw conflict({ group: '', resource: 'rangeallocations', name: 'servicenodeports' }, 'it changes all the time');
}

interface RangeAllocation {
  range: string;
  data?: string | null;
}

/** Throws InternalError for ports of another range: their bits would say something else. */
function decode(entry: Entry | undefined): Buffer {
  if (!entry) return Buffer.alloc(0);
  const { range, data } = JSON.parse(Buffer.from(entry.value).toString()) as RangeAllocation;
  if (range === portRange) return Buffer.from(data ?? '', 'base64');
  throw statusError(
    'InternalError',
    `${key} in the store is of the node ports ${range}, and this server gives ${portRange}: start it as the others`,
  );
}

const encode = (data: Buffer): Buffer =>
  Buffer.from(
    JSON.stringify({
      kind: 'RangeAllocation',
      apiVersion: 'v1',
      metadata: { creationTimestamp: null },
      range: portRange,
      data: data.toString('base64'),
    }),
  );

/**
 * A process that writes to an lmdb store without pause and says what was acknowledged, to be killed by tests.
 * Run as a program (it forks itself) its arguments are the directory and the number of writers.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openLmdbStore } from './open.js';

/** [key, revision, what was written; absent for a deletion]. */
export type Acknowledged = [key: string, revision: number, value?: string];

export interface Writer {
  pid: number;
  /** Everything acknowledged so far. */
  writes: Acknowledged[];
  /** Resolves when so many writes were acknowledged; rejects when the process ends before. */
  acknowledged(count: number): Promise<void>;
  /** SIGKILL; resolves when it is dead and all that it said was read. */
  kill(): Promise<void>;
}

const THIS_FILE = fileURLToPath(import.meta.url);

export function startWriter(path: string, writers = 8): Writer {
  const child = fork(THIS_FILE, [path, String(writers)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const writes: Acknowledged[] = [];
  let unread = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (unread + chunk.toString()).split('\n');
    // What is cut off in the middle of a line was not said.
    unread = lines.pop() ?? '';
    for (const line of lines) writes.push(JSON.parse(line) as Acknowledged);
  });
  const closed = once(child, 'close');
  return {
    pid: child.pid as number,
    writes,
    acknowledged: count => untilSaid(child, closed, () => writes.length >= count),
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

async function untilSaid(child: ChildProcess, closed: Promise<unknown>, enough: () => boolean): Promise<void> {
  const ended = closed.then(() => Promise.reject(new Error('the writer ended before it had written enough')));
  ended.catch(() => {});
  while (!enough()) await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), ended]);
}

/** Each writer creates, updates and deletes a key of its own, over and over. */
async function writeForEver(path: string, writers: number): Promise<never> {
  const store = await openLmdbStore({ path });
  const say = (...said: Acknowledged): void => void process.stdout.write(`${JSON.stringify(said)}\n`);
  const round = `${process.pid}`;
  const write = async (_: unknown, w: number): Promise<never> => {
    for (let n = 0; ; n++) {
      const key = `/registry/${round}/${w}/${n % 50}`;
      const value = `${n} `.repeat(100);
      const now = await store.get(key);
      const remove = now !== undefined && n % 7 === 0;
      const written = remove
        ? await store.delete(key, now.revision)
        : await (now ? store.update(key, Buffer.from(value), now.revision) : store.create(key, Buffer.from(value)));
      if (!written.ok) throw new Error(`the write of ${key} was refused`);
      if (remove) say(key, written.revision);
      else say(key, written.revision, value);
    }
  };
  return Promise.race(Array.from({ length: writers }, write));
}

if (process.argv[1] === THIS_FILE) {
  const [path, writers] = process.argv.slice(2);
  // A parent that is gone wants no more writes.
  process.once('disconnect', () => process.exit());
  await writeForEver(path as string, Number(writers));
}

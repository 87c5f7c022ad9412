/** `up --foreground`: the processes' logs, each line with its process's name, until Ctrl-C; then the cluster goes down. */
import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { systemClock } from '../../api/clock.js';
import { down } from './down.js';
import { type Layout, layoutOf } from './layout.js';
import { logFile, logSize, processSpecs } from './processes.js';
import { type UpOptions, up } from './up.js';

/** Resolves when the cluster is down again. Also a Ctrl-C while it still starts takes it down, once it has. */
export async function upInForeground(options: UpOptions): Promise<void> {
  const { dataDir, steps } = options;
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const layout = layoutOf(dataDir);
  const seen = new Map(processSpecs.map(({ name }) => [name, logSize(layout, name)]));
  await up(options);
  steps.say('\nThe cluster is up; its logs follow, and Ctrl-C stops it.');
  await showLogs(layout, seen, line => steps.say(line), interrupted.signal);
  await down({ dataDir, steps });
}

/** What is in the logs beyond what was `seen` of each, and what comes. */
async function showLogs(
  layout: Layout,
  seen: ReadonlyMap<string, number>,
  show: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    [...seen].map(([name, from]) =>
      follow(logFile(layout, name), from, line => show(`${name.padEnd(12)}${line}`), signal),
    ),
  );
}

/** The file's lines from there, and those that are appended; from its start again when it is begun anew. */
async function follow(file: string, from: number, onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
  let position = from;
  while (!signal.aborted) {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < position) position = 0;
    if (size > position) {
      const lines = createInterface({ input: createReadStream(file, { start: position, end: size - 1 }) });
      for await (const line of lines) onLine(line);
      position = size;
    }
    await systemClock.sleep(200, signal);
  }
}

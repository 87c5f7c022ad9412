/** `up --foreground`: the processes' logs, each line with its process's name, until Ctrl-C; then the cluster goes down. */
import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { systemClock } from '../../api/clock.js';
import { furtherNodes, furtherProcess } from '../nodes/further.js';
import { clusterSpecs } from './control-planes.js';
import { down } from './down.js';
import { membersOf } from './etcd.js';
import { type ClusterConfig, type Layout, layoutOf, readConfig } from './layout.js';
import { columnFor, logFile, logSize } from './processes.js';
import { type UpOptions, up } from './up.js';

/** Resolves when the cluster is down again. Also a Ctrl-C while it still starts takes it down, once it has. */
export async function upInForeground(options: UpOptions): Promise<void> {
  const { dataDir, steps } = options;
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const layout = layoutOf(dataDir);
  const earlier = readConfig(layout);
  const before = earlier ? logsOf(layout, earlier) : [];
  const config = await up(options);
  steps.say('\nThe cluster is up; its logs follow, and Ctrl-C stops it.');
  // A further node may be new.
  const logs = logsOf(layout, config).map(log => ({
    ...log,
    from: before.find(({ file }) => file === log.file)?.from ?? 0,
  }));
  const column = columnFor(logs.map(({ name }) => name));
  const show = (name: string) => (line: string) => steps.say(`${name.padEnd(column)}${line}`);
  await Promise.all(logs.map(log => follow(log, show(log.name), interrupted.signal)));
  await down({ dataDir, steps });
}

interface Log {
  /** What its lines begin with. */
  name: string;
  file: string;
  from: number;
}

/** All that there are, and how long they are now. */
const logsOf = (layout: Layout, config: ClusterConfig): Log[] => [
  ...[...membersOf(config), ...clusterSpecs(config)].map(({ name }) => ({
    name,
    file: logFile(layout, name),
    from: logSize(layout, name),
  })),
  ...furtherNodes(layout).map(({ n, layout: own }) => ({
    name: `${furtherProcess}-${n}`,
    file: logFile(own, furtherProcess),
    from: logSize(own, furtherProcess),
  })),
];

/** The file's lines from there, and those that are appended; from its start again when it is begun anew. */
async function follow({ file, from }: Log, show: (line: string) => void, signal: AbortSignal): Promise<void> {
  let position = from;
  while (!signal.aborted) {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < position) position = 0;
    if (size > position) {
      const lines = createInterface({ input: createReadStream(file, { start: position, end: size - 1 }) });
      for await (const line of lines) show(line);
      position = size;
    }
    await systemClock.sleep(200, signal);
  }
}

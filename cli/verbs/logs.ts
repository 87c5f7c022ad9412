/** `logs`: what a pod's containers wrote. */
import type { Command } from 'commander';
import { addGlobalFlags, durationMs, type GlobalFlags, wholeNumber } from '../flags.js';

export interface LogsFlags extends GlobalFlags {
  container?: string;
  allContainers?: boolean;
  allPods?: boolean;
  follow?: boolean;
  previous?: boolean;
  tail?: number;
  since?: number;
  sinceTime?: string;
  timestamps?: boolean;
  limitBytes?: number;
  prefix?: boolean;
  selector?: string;
  ignoreErrors?: boolean;
  maxLogRequests: number;
}

export function addLogs(program: Command): void {
  addGlobalFlags(program.command('logs [pod] [container]'))
    .summary("show what a pod's containers wrote")
    .option('-c, --container <name>', 'of this container')
    .option('--all-containers', 'of all containers')
    .option('--all-pods', 'of all pods of what is named (rc/web)')
    .option('-f, --follow', 'go on with what is written')
    .option('-p, --previous', "of the container's life before")
    .option('--tail <lines>', 'only the last lines (-1 is all)', wholeNumber)
    .option('--since <duration>', 'only what is younger (5s, 2m, 3h)', durationMs)
    .option('--since-time <time>', 'only what came after this RFC 3339 time')
    .option('--timestamps', 'with the time of each line')
    .option('--limit-bytes <number>', 'at most so many bytes', wholeNumber)
    .option('--prefix', 'each line with its pod and container')
    .option('-l, --selector <labels>', 'of the pods with these labels')
    .option('--ignore-errors', 'go on when the logs of one of several cannot be read')
    .option('--max-log-requests <number>', 'follow at most so many at once', wholeNumber, 5)
    .action(async (pod: string | undefined, container: string | undefined, flags: LogsFlags) => {
      const { logs } = await import('./logs-run.js');
      await logs(pod, container === undefined ? flags : { ...flags, container });
    });
}

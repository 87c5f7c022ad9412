/** The keeper of a Linux machine: a shell loop, a megabyte for each process. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * $1 is the pid file, $2 the exit code that says that starting again cannot help, the rest is the command. A component does not
 * outlive its keeper (pdeathsig): nobody would start it again, and it would hold its port against the next `up`.
 */
const script = `
pidfile=$1; hopeless=$2; shift 2
trap 'trap "" TERM; kill -TERM "$!" 2>/dev/null; wait "$!" 2>/dev/null; rm -f "$pidfile"; exit 0' TERM INT
pause=0
while :; do
  began=$(date +%s)
  setpriv --pdeathsig TERM "$@" & child=$!
  echo "$$ $child" > "$pidfile.new" && mv "$pidfile.new" "$pidfile"
  wait "$child"; code=$?
  [ "$code" = "$hopeless" ] && { rm -f "$pidfile"; exit 2; }
  [ $(($(date +%s) - began)) -ge 60 ] && pause=0
  if [ "$pause" -gt 0 ]; then sleep "$pause" & child=$!; wait "$child"; fi
  pause=$((pause * 2 + 1)); [ "$pause" -gt 15 ] && pause=15
done`;

/** The keeper's $0: by it, and the pid file after it, a keeper is known among a machine's processes. */
export const keeperMark = 'orrery-keep';

export const shellKeeper = (pidFile: string, hopeless: string, command: readonly string[]): string[] => [
  '/bin/sh',
  '-c',
  script,
  keeperMark,
  pidFile,
  hopeless,
  ...command,
];

/** Whether this system has what that takes: util-linux, and a /proc in which a keeper is known again. */
export const hasShellKeeper = (): boolean =>
  process.platform === 'linux' &&
  commandLine(process.pid) !== '' &&
  spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status === 0;

export const isShellKeeperOf = (pidFile: string, pid: number): boolean => commandLine(pid).includes(pidFile);

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

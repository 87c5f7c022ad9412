/** `run`: a pod of one container, said in words. */
import { type Command, Option } from 'commander';
import { addGlobalFlags, collect, durationMs, type GlobalFlags } from '../flags.js';
import type { CreateOptions } from '../objects/create.js';
import type { PodWishes } from '../objects/pod-for.js';
import { dryRunFlag } from './write-flags.js';

export interface RunFlags extends Omit<GlobalFlags, 'namespace'>, CreateOptions, PodWishes {
  expose?: boolean;
  rm?: boolean;
  attach?: boolean;
  quiet?: boolean;
  podRunningTimeout: number;
}

export function addRun(program: Command): void {
  addGlobalFlags(program.command('run [name] [words...]'))
    .summary('run a pod of one container')
    .usage('<name> --image=<image> [options] [-- <arguments or command...>]')
    .requiredOption('--image <image>', 'of the container')
    .option('--command', 'what stands after -- is the command, not its arguments')
    .option('--env <name=value>', 'a variable of its environment (may be repeated)', collect)
    .option('-l, --labels <labels>', 'of the pod (a=b,c=d; default: run=NAME)')
    .option('--annotations <key=value>', 'of the pod (may be repeated)', collect)
    .option('--port <number>', 'where the container listens')
    .option('--expose', 'with a service in front of it (needs --port)')
    .addOption(
      new Option('--restart <policy>', 'when its container is started again').default('Always').argParser(String),
    )
    .option('--image-pull-policy <policy>', 'Always, IfNotPresent or Never')
    .option('--privileged', 'with all rights on its node')
    .option('--overrides <json>', 'what more there is to say of the pod, as JSON')
    .option('-i, --stdin', 'with standard input; waits for the pod and is attached to it')
    .option('-t, --tty', 'with a terminal (with -i)')
    .option('--attach', 'wait for the pod and show what it writes')
    .option('--rm', 'delete the pod when it has ended (with -i or --attach)')
    .option('-q, --quiet', 'say nothing but what the container says')
    .option('--pod-running-timeout <duration>', 'how long to wait for the pod', durationMs, 60_000)
    .addOption(dryRunFlag())
    .option('-o, --output <format>', 'show the pod: yaml, json, name')
    .action(async (name: string | undefined, words: string[], flags: RunFlags) => {
      const { run } = await import('./run-run.js');
      process.exitCode = await run(name, words, flags);
    });
}

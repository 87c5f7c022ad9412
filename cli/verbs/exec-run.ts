/** What `exec` does (see exec.ts for its flags). */
import { Failure } from '../failure.js';
import { chooseContainer } from '../objects/containers.js';
import { wantsTerminal } from '../objects/pod-stream.js';
import { podsBehind } from '../objects/pods.js';
import { withSession } from '../session.js';
import type { ExecFlags } from './exec.js';
import { speakWith } from './exec-streams.js';

/** The exit code of the command. */
export function exec(what: string, command: readonly string[], flags: ExecFlags): Promise<number> {
  if (command.length === 0) throw new Failure('you must specify at least one command for the container');
  return withSession(flags, async session => {
    const [pod] = await podsBehind(session, what);
    if (!pod) throw new Failure(`${what} has no pods`);
    const { phase } = pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed')
      throw new Failure(`cannot exec into a container in a completed pod; current phase is ${phase}`);
    const { container, said } = chooseContainer(pod, flags.container);
    if (said && !flags.quiet) process.stderr.write(said);
    const streams = { stdin: flags.stdin ?? false, tty: wantsTerminal(flags) };
    const code = await speakWith(session, pod, 'exec', { container, tty: streams.tty, command }, streams);
    if (code !== 0) process.stderr.write(`command terminated with exit code ${code}\n`);
    return code;
  });
}

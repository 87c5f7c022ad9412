/** What `attach` does (see attach.ts for its flags). */
import type { Pod } from '../../api/types.js';
import { Failure } from '../failure.js';
import { chooseContainer } from '../objects/containers.js';
import { wantsTerminal } from '../objects/pod-stream.js';
import { podsBehind } from '../objects/pods.js';
import { type Session, withSession } from '../session.js';
import type { AttachFlags } from './attach.js';
import { speakWith } from './exec-streams.js';

export const attach = (what: string, flags: AttachFlags): Promise<void> =>
  withSession(flags, async session => {
    const [pod] = await podsBehind(session, what);
    if (!pod) throw new Failure(`${what} has no pods`);
    const { phase } = pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed')
      throw new Failure(`cannot attach a container in a completed pod; current phase is ${phase}`);
    await attachTo(session, pod, flags);
  });

/** Until the container ends, or the other side hangs up. */
export async function attachTo(
  session: Session,
  pod: Pod,
  flags: Pick<AttachFlags, 'container' | 'stdin' | 'tty' | 'quiet'>,
): Promise<void> {
  const { container, said } = chooseContainer(pod, flags.container);
  if (said && !flags.quiet) process.stderr.write(said);
  const asked = { stdin: flags.stdin ?? false, tty: wantsTerminal(flags) };
  const has = wishesOf(pod, container);
  if (asked.tty && !has.tty && !flags.quiet)
    process.stderr.write(`error: Unable to use a TTY - container ${container} did not allocate one\n`);
  const streams = { stdin: asked.stdin, tty: asked.tty && has.tty };
  if (streams.stdin && !flags.quiet) process.stderr.write("If you don't see a command prompt, try pressing enter.\n");
  await speakWith(session, pod, 'attach', { container, tty: has.tty }, streams);
}

/** Whether the container was made with a terminal: its output then comes in one stream. */
function wishesOf({ spec }: Pod, container: string): { tty: boolean } {
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])];
  return { tty: all.find(({ name }) => name === container)?.tty ?? false };
}

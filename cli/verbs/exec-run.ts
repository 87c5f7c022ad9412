/** What `exec` does (see exec.ts for its flags). */
import { WebSocket } from 'ws';
import type { Connection } from '../../client/connection.js';
import { pods } from '../../client/resources.js';
import { authenticationHeaders, tlsOptions } from '../../client/rest/credentials.js';
import { connectionError, errorFromAnswer } from '../../client/rest/failure.js';
import { objectPath } from '../../client/rest/path.js';
import { Failure } from '../failure.js';
import { chooseContainer } from '../objects/containers.js';
import { podsBehind } from '../objects/pods.js';
import { withSession } from '../session.js';
import type { ExecFlags } from './exec.js';
import { converse, exitCodeOf, protocols } from './exec-streams.js';

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
    const search = new URLSearchParams({
      container,
      stdin: String(streams.stdin),
      stdout: 'true',
      stderr: String(!streams.tty),
      tty: String(streams.tty),
    });
    for (const word of command) search.append('command', word);
    const name = { namespace: session.namespace, name: pod.metadata.name ?? '' };
    const socket = await open(session.client.connection, `${objectPath(pods, name, 'exec')}?${search}`);
    const code = exitCodeOf(await converse(socket, streams));
    if (code !== 0) process.stderr.write(`command terminated with exit code ${code}\n`);
    return code;
  });
}

function wantsTerminal(flags: ExecFlags): boolean {
  if (!flags.tty) return false;
  if (flags.stdin && process.stdin.isTTY) return true;
  process.stderr.write('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  return false;
}

/** Throws a StatusError when the server refuses, a ConnectionError when it cannot be reached. */
async function open(connection: Connection, path: string): Promise<WebSocket> {
  const { headers } = await authenticationHeaders(connection);
  const socket = new WebSocket(`${connection.server.replace(/^http/, 'ws')}${path}`, protocols, {
    ...tlsOptions(connection),
    headers: headers as Record<string, string>,
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', error => reject(connectionError(connection.server, error)));
    socket.once('unexpected-response', (_, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => reject(errorFromAnswer(response.statusCode ?? 0, Buffer.concat(chunks))));
    });
  });
}

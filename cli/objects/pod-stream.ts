/** The way into a container: a WebSocket by which its streams go, for `exec`, `attach` and `run`. */
import { WebSocket } from 'ws';
import type { Connection } from '../../client/connection.js';
import { authenticationHeaders, tlsOptions } from '../../client/rest/credentials.js';
import { connectionError, errorFromAnswer } from '../../client/rest/failure.js';

/** v4 cannot say that stdin has ended. */
export const streamProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** A terminal here can be had only where there is one. */
export function wantsTerminal(flags: { tty?: boolean; stdin?: boolean }): boolean {
  if (!flags.tty) return false;
  if (flags.stdin && process.stdin.isTTY) return true;
  process.stderr.write('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  return false;
}

/** Throws a StatusError when the server refuses, a ConnectionError when it cannot be reached. */
export async function openPodStream(
  connection: Connection,
  path: string,
  protocols: readonly string[] = streamProtocols,
): Promise<WebSocket> {
  const { headers } = await authenticationHeaders(connection);
  const socket = new WebSocket(`${connection.server.replace(/^http/, 'ws')}${path}`, [...protocols], {
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

/**
 * Joins a client that asked for an upgrade to the runtime's streaming server, byte for byte, whatever protocol the two
 * speak. Only a 101 opens the tunnel; any other answer is a Refusal, and nothing stays open. Redirects are answers too.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Refusal } from './refusal.js';

/** Resolves when the tunnel stands; throws a Refusal. `head` is what the client sent after its request. */
export async function tunnel(request: IncomingMessage, client: Duplex, head: Buffer, to: URL): Promise<void> {
  const { answer, socket, first } = await openUpgrade(request, client, to);
  client.write(headOf(answer));
  client.write(first);
  socket.write(head);
  join(client, socket);
}

interface Upgraded {
  answer: IncomingMessage;
  socket: Socket;
  /** What the runtime sent after its answer. */
  first: Buffer;
}

function openUpgrade(request: IncomingMessage, client: Duplex, to: URL): Promise<Upgraded> {
  return new Promise((resolve, reject) => {
    const send = to.protocol === 'https:' ? httpsRequest : httpRequest;
    const { host: _host, ...headers } = request.headersDistinct;
    const upstream = send(to, { method: request.method ?? 'GET', headers, agent: false });
    const abandon = (): unknown => upstream.destroy(new Error('the client has gone'));
    client.once('close', abandon);
    upstream.on('error', error => {
      reject(new Refusal(502, `the container runtime's streaming server at ${to.host} failed: ${error.message}`));
    });
    upstream.on('response', answer => {
      refusalOf(answer).then(reject, reject);
    });
    upstream.on('upgrade', (answer, socket, first) => {
      client.removeListener('close', abandon);
      resolve({ answer, socket: socket as Socket, first });
    });
    upstream.end();
  });
}

const longestReason = 16 * 1024;

/** An answer other than 101, read (so far as it says anything) and closed. */
async function refusalOf(answer: IncomingMessage): Promise<Refusal> {
  let text = '';
  for await (const chunk of answer) {
    text += chunk;
    if (text.length > longestReason) break;
  }
  const code = answer.statusCode !== undefined && answer.statusCode >= 400 ? answer.statusCode : 502;
  return new Refusal(code, text.trim() || `the container runtime answered ${answer.statusCode}`);
}

/** The status line and headers, as they came. */
function headOf(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
    lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** What one side says the other hears; when one is gone so is the other, once it has heard everything. */
function join(client: Duplex, runtime: Socket): void {
  runtime.setNoDelay(true);
  client.on('error', () => runtime.destroy());
  runtime.on('error', () => client.destroy());
  client.on('close', () => runtime.destroy());
  runtime.on('close', () => client.end(() => client.destroy()));
  client.pipe(runtime).pipe(client);
}

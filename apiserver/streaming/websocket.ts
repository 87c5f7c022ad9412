/** WebSockets that end here: streams that go on as SPDY, and logs. Loads ws: import this file only when a client comes that needs it. */
import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { join } from './join.js';
import type { Upgraded } from './kubelets.js';
import type { ExecOptions } from './options.js';
import { base64LogProtocol, execProtocol, type LogProtocol, portForwardProtocol } from './protocols.js';
import { translateExec } from './translate.js';

/** A client that wants to upgrade. */
interface Client {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

/** Its kubelet has upgraded. */
export interface Opening extends Client {
  kubelet: Upgraded;
  options: ExecOptions;
}

const longestMessage = 16 << 20;

export const acceptExec = (opening: Opening): void =>
  accept(opening, execProtocol, client => void translateExec(client, opening.kubelet, opening.options));

export const acceptPortForward = (opening: Opening): void =>
  accept(opening, portForwardProtocol, client => {
    const { first, socket } = opening.kubelet;
    const stream = createWebSocketStream(client);
    if (first.length > 0) stream.write(first);
    void join(stream, socket);
  });

/** A log in pieces, after an empty message by which a follower learns that there is one. */
export const acceptLog = (client: Client, log: Readable, protocol: LogProtocol): void =>
  accept(client, protocol, socket => {
    socket.on('error', () => undefined);
    socket.once('close', () => log.destroy());
    void sendLog(socket, log, protocol === base64LogProtocol).then(
      () => socket.close(1000),
      () => socket.close(1011, 'the log broke off'),
    );
  });

/** As fast as the client takes it. */
async function sendLog(client: WebSocket, log: Readable, base64: boolean): Promise<void> {
  const send = (bytes: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      const message = base64 ? bytes.toString('base64') : bytes;
      client.send(message, { binary: !base64 }, error => (error ? reject(error) : resolve()));
    });
  await send(Buffer.alloc(0));
  for await (const chunk of log) await send(chunk as Buffer);
}

function accept(
  { request, socket, head }: Client,
  protocol: string | undefined,
  accepted: (client: WebSocket) => void,
): void {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: longestMessage,
  });
  // Chosen past ws, which refuses the slash that port forwarding's protocol has in its name.
  delete request.headers['sec-websocket-protocol'];
  if (protocol) server.on('headers', headers => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  server.handleUpgrade(request, socket, head, accepted);
}

/** WebSockets that end here, and go on as SPDY. Loads ws: import this file only when a client comes that needs it. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { join } from './join.js';
import type { Upgraded } from './kubelets.js';
import type { ExecOptions } from './options.js';
import { execProtocol, portForwardProtocol } from './protocols.js';
import { translateExec } from './translate.js';

/** A client that wants to upgrade, and its kubelet, which has. */
export interface Opening {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
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

function accept({ request, socket, head }: Opening, protocol: string, accepted: (client: WebSocket) => void): void {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: longestMessage,
  });
  // Chosen past ws, which refuses the slash that port forwarding's protocol has in its name.
  delete request.headers['sec-websocket-protocol'];
  server.on('headers', headers => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  server.handleUpgrade(request, socket, head, accepted);
}

/**
 * The kubelet's HTTPS server, with the paths of Kubernetes' kubelet, so that any API server finds what it looks for.
 * Each request is routed, authenticated, authorized and answered (answer.ts).
 */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { answerRequest, answerUpgrade } from './answer.js';
import type { ServerOptions } from './contracts.js';
import { followServing, readServing } from './serving.js';

export type * from './contracts.js';

export interface RunningServer {
  port: number;
  /** Ends what is being answered, streams too. */
  stop(): Promise<void>;
}

/** Throws when the certificates cannot be read or the port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  // A caller without a certificate passes TLS, for /healthz; authentication refuses it everywhere else.
  const server = createServer({
    ...readServing(options.pkiDir),
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
  });
  const connections = connectionsOf(server);
  server.on('request', (request, response) => void answerRequest(request, response, options));
  server.on('upgrade', (request, socket, head) => void answerUpgrade(request, socket, head, options));
  await listen(server, options);
  const unfollow = followServing(server, options.pkiDir, options.log);
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise(resolve => {
        unfollow();
        server.close(() => resolve());
        for (const connection of connections) connection.destroy();
      }),
  };
}

/** All open ones: the server itself forgets those that were upgraded. */
function connectionsOf(server: Server): Set<TLSSocket> {
  const open = new Set<TLSSocket>();
  server.on('secureConnection', socket => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

function listen(server: Server, { port, bindAddress }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(bindAddress === undefined ? {} : { host: bindAddress }) }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

/**
 * A lab's API server for the test's own process, which is in another network: a socket in the file system is reached from
 * both. A test that looks at objects many times over need not start a program each time.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial } from 'node:net';
import { join } from 'node:path';
import type { Connection } from '../../client/connection.js';
import { loadKubeconfig } from '../../client/kubeconfig.js';
import { connect, type RestClient } from '../../client/rest/index.js';
import type { Lab } from './lab.js';

export type Credentials = Pick<Connection, 'token' | 'cert' | 'key'>;

export interface ApiTunnel {
  /** The lab's administrator. */
  admin: RestClient;
  /** Whoever has these. */
  as(credentials: Credentials): RestClient;
  close(): Promise<void>;
}

/** Runs inside the lab: what comes in by the socket goes on to the API server. */
const insideScript = `const [socket, host, port] = process.argv.slice(1);
const { connect, createServer } = require('node:net');
createServer(near => {
  const far = connect(Number(port), host);
  near.on('error', () => far.destroy()).pipe(far);
  far.on('error', () => near.destroy()).pipe(near);
}).listen(socket, () => process.stdout.write('ready'));`;

export async function openApiTunnel(lab: Lab): Promise<ApiTunnel> {
  const connection = loadKubeconfig({ path: join(lab.dataDir, 'admin.kubeconfig') });
  const { hostname, port } = new URL(connection.server);
  const path = join(lab.dataDir, 'api.sock');
  const words = [`--net=${lab.netns}`, process.execPath, '-e', insideScript, path, hostname, port];
  const inside = spawn('nsenter', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(inside.stdout, 'data');
  const server = createServer(near => {
    const far = dial(path);
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const here = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { cert: _, key: __, ...anonymous } = connection;
  const clients = [connect({ ...connection, server: here })];
  return {
    admin: clients[0] as RestClient,
    as(credentials) {
      const client = connect({ ...anonymous, server: here, ...credentials });
      clients.push(client);
      return client;
    },
    async close() {
      await Promise.all(clients.map(client => client.close()));
      server.close();
      inside.kill();
    },
  };
}

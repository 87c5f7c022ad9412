/** A TCP proxy whose connections a test can cut, or refuse, at any moment. */
import { connect, createServer, type Socket } from 'node:net';

export interface CutProxy {
  endpoint: string;
  /** How many connections were made through it. */
  connections: number;
  /** Resets every connection there is. */
  cut(): void;
  /** Whether new connections are let through. */
  open: boolean;
  stop(): Promise<void>;
}

export function startCutProxy(target: string): Promise<CutProxy> {
  const [host, port] = target.split(':') as [string, string];
  const sockets = new Set<Socket>();
  const server = createServer(client => {
    if (!proxy.open) return void client.resetAndDestroy();
    proxy.connections++;
    const upstream = connect(Number(port), host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const proxy: CutProxy = {
    endpoint: '',
    connections: 0,
    open: true,
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    stop: () => {
      proxy.cut();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      proxy.endpoint = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
      resolve(proxy);
    });
  });
}

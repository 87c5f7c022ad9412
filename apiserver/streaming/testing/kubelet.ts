/** A kubelet for tests: it answers as it is told, over TLS with the cluster's certificates, and speaks SPDY for exec. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { constants, inflateSync } from 'node:zlib';
import type { PkiPaths } from '../../pki/paths.js';
import { dictionary } from '../spdy/dictionary.js';
import { controlFrame, dataFrame, FrameReader } from '../spdy/frames.js';

export interface FakeKubelet {
  port: number;
  /** What it does; set by each test. */
  onRequest(request: IncomingMessage, response: ServerResponse): void;
  onUpgrade(request: IncomingMessage, socket: Duplex): void;
  /** 'METHOD path' of each request, and who made it. */
  readonly requests: { line: string; caller: string }[];
  /** Connections that are open now. */
  readonly connections: ReadonlySet<TLSSocket>;
  stop(): Promise<void>;
}

export async function startFakeKubelet(pki: PkiPaths): Promise<FakeKubelet> {
  const files = [pki.kubelet.cert, pki.kubelet.key, pki.ca.cert].map(path => readFile(path));
  const [cert, key, ca] = (await Promise.all(files)) as [Buffer, Buffer, Buffer];
  const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true });
  const connections = new Set<TLSSocket>();
  const kubelet: FakeKubelet = {
    port: 0,
    onRequest: (_, response) => void response.writeHead(500).end(),
    onUpgrade: (_, socket) => void socket.destroy(),
    requests: [],
    connections,
    stop: () => stop(server, connections),
  };
  const note = (request: IncomingMessage): void => {
    const caller = (request.socket as TLSSocket).getPeerCertificate().subject.CN;
    kubelet.requests.push({ line: `${request.method} ${request.url}`, caller: String(caller) });
  };
  server.on('secureConnection', socket => {
    connections.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', (request, response) => {
    note(request);
    kubelet.onRequest(request, response);
  });
  server.on('upgrade', (request, socket) => {
    note(request);
    kubelet.onUpgrade(request, socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  kubelet.port = (server.address() as AddressInfo).port;
  return kubelet;
}

async function stop(server: Server, connections: ReadonlySet<TLSSocket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of connections) socket.destroy();
  await closed;
}

/** The server's side of an exec: what the API server's SPDY session is met with. */
export class SpdyPeer {
  /** Stream types by number, in the order in which they were opened. */
  readonly streams = new Map<number, string>();
  /** 'TYPE: text' for data, 'TYPE end' for its end. */
  readonly heard: string[] = [];
  private readonly blocks: Buffer[] = [];

  constructor(
    private readonly socket: Duplex,
    private readonly onChange: (peer: SpdyPeer) => void,
  ) {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n');
    const reader = new FrameReader();
    socket.on('data', chunk => {
      for (const frame of reader.push(chunk)) {
        if (frame.type === 'synStream') this.accept(frame.streamId, frame.headerBlock);
        if (frame.type === 'data') this.hear(frame.streamId, frame.data, frame.fin);
      }
      this.onChange(this);
    });
  }

  send(type: string, text: string): void {
    const [id = 0] = [...this.streams].find(([, name]) => name === type) ?? [];
    this.socket.write(dataFrame(id, Buffer.from(text), false));
  }

  close(): void {
    this.socket.end();
  }

  private accept(id: number, block: Buffer): void {
    this.blocks.push(block);
    const plain = inflateSync(Buffer.concat(this.blocks), { dictionary, finishFlush: constants.Z_SYNC_FLUSH });
    const type = /streamtype[^a-z]+([a-z]+)$/.exec(plain.toString('latin1'))?.[1] ?? '';
    this.streams.set(id, type);
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(id);
    this.socket.write(controlFrame(2, payload));
  }

  private hear(id: number, data: Buffer, fin: boolean): void {
    const type = this.streams.get(id);
    if (data.length > 0) this.heard.push(`${type}: ${data}`);
    if (fin) this.heard.push(`${type} end`);
  }
}

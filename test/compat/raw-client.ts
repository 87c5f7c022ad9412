/** Requests byte for byte as a test wants them, wrong ones above all: no client of ours could be made to send these. */
import { readFileSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:https';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { PkiPaths } from '../../apiserver/pki/index.js';

export interface RawAnswer {
  code: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The body as JSON; undefined when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into bodies of every kind
  json: any;
}

/** Where to, and with whose certificate (TestCluster is one). */
export interface Destination {
  pki: PkiPaths;
  server: { port: number };
}

/** A string or a Buffer is sent as it is, anything else as JSON. */
export type RawBody = unknown;

export class RawClient {
  readonly #agent: Agent;
  readonly #tls: { ca: Buffer; cert: Buffer; key: Buffer };

  /** Acts with a certificate of the group system:masters. */
  constructor(private readonly cluster: Destination) {
    const { ca, kubeletClient } = cluster.pki;
    this.#tls = {
      ca: readFileSync(ca.cert),
      cert: readFileSync(kubeletClient.cert),
      key: readFileSync(kubeletClient.key),
    };
    this.#agent = new Agent({ ...this.#tls, keepAlive: true, maxSockets: 64 });
  }

  /** `line` is 'POST /api/v1/namespaces'. Rejects when there was no answer. */
  ask(line: string, body?: RawBody, headers: Record<string, string> = {}): Promise<RawAnswer> {
    const [method = '', path = ''] = line.split(' ');
    const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const { port } = this.cluster.server;
    const framing =
      bytes === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(bytes)) };
    const options: RequestOptions = {
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { ...framing, ...headers },
      agent: this.#agent,
    };
    return new Promise((resolve, reject) => {
      const sent = request(options, response => {
        const chunks: Buffer[] = [];
        response.on('data', chunk => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ code: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
        });
      });
      sent.on('error', reject);
      sent.end(bytes);
    });
  }

  /** A connection on which a test writes what it likes. */
  socket(): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const socket = connectTls({ ...this.#tls, host: '127.0.0.1', port: this.cluster.server.port }, () =>
        resolve(socket),
      );
      socket.once('error', reject);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

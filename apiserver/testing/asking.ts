/** Requests to a TestCluster over HTTP/1.1, each on a connection of its own, with whatever credentials a test likes. */
import { readFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:https';
import type { TestCluster } from './cluster.js';

export interface Asked {
  method?: string;
  /** 'admin', nobody, or the files of a certificate. */
  as?: 'admin' | { cert: string; key: string };
  token?: string;
  headers?: Record<string, string | string[]>;
  body?: unknown;
}

export interface Answered {
  code: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into bodies of every kind
  json: any;
}

export const asker =
  (cluster: TestCluster) =>
  (path: string, { method = 'GET', as, token, headers = {}, body }: Asked = {}): Promise<Answered> => {
    const { ca, kubeletClient } = cluster.pki;
    const files = as === 'admin' ? kubeletClient : as;
    // Not as a URL, which would take dots out of the path.
    const { hostname, port } = new URL(cluster.url);
    const options: RequestOptions = {
      ...{ hostname, port, path },
      ca: readFileSync(ca.cert),
      ...(files ? { cert: readFileSync(files.cert), key: readFileSync(files.key) } : {}),
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      agent: false,
    };
    return new Promise((resolve, reject) => {
      const sent = request(options, async response => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const text = Buffer.concat(chunks).toString();
        resolve({ code: response.statusCode ?? 0, headers: response.headers, text, json: jsonOf(text) });
      });
      sent.on('error', reject);
      sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
    });
  };

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

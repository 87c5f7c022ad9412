/**
 * Calls that the API server makes to others' HTTPS servers: webhooks of all kinds. A redirect is an answer like any other
 * that is not 200: it is never followed, for what is sent there was meant for nobody else.
 */
import { Agent, type RequestOptions, request } from 'node:https';
import type { Lookup } from '../contracts.js';
import { destinationOf } from './resolve.js';

/** Where to call: clientConfig of a webhook. `caBundle` is base64 of PEM; without it the system's authorities count. */
export interface Target {
  url?: string;
  service?: { namespace: string; name: string; path?: string; port?: number };
  caBundle?: string;
}

export interface OutboundOptions {
  lookup: Lookup;
  /** In [0, 1). */
  random(): number;
}

/** Longer answers are refused. */
const longestAnswer = 16 * 1024 * 1024;
const defaultPort = 443;

export class Outbound {
  /** One a set of authorities: connections are kept, and shared with nobody who trusts others. */
  readonly #agents = new Map<string, Agent>();

  constructor(private readonly options: OutboundOptions) {}

  /** The answer's JSON. Rejects with an Error whose message says what was called and why it failed. */
  async postJson(target: Target, body: unknown, timeoutMs: number): Promise<unknown> {
    const { shown, ...at } = this.#place(target);
    try {
      const { status, text } = await this.#send(at, JSON.stringify(body), timeoutMs);
      if (status !== 200) throw new Error(`the server answered ${status}: ${text.slice(0, 200)}`);
      return JSON.parse(text);
    } catch (error) {
      throw new Error(`Post ${JSON.stringify(shown)}: ${messageOf(error, timeoutMs)}`, { cause: error });
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  /** How a target is reached, and how it is called in messages. */
  #place({ url, service, caBundle }: Target): RequestOptions & { shown: string } {
    const agent = this.#agentFor(caBundle ?? '');
    if (service) {
      const { namespace, name, path = '/', port = defaultPort } = service;
      const servername = `${name}.${namespace}.svc`;
      const { host, port: at } = destinationOf(this.options.lookup, { namespace, name, port }, this.options.random);
      const shown = `https://${servername}:${port}${path}`;
      return { agent, host, port: at, path, servername, headers: { host: `${servername}:${port}` }, shown };
    }
    const parsed = new URL(url ?? '');
    const host = parsed.hostname.replace(/^\[|\]$/g, '');
    return { agent, host, port: parsed.port || defaultPort, path: parsed.pathname, headers: {}, shown: parsed.href };
  }

  #agentFor(caBundle: string): Agent {
    let agent = this.#agents.get(caBundle);
    if (!agent) {
      const ca = caBundle === '' ? {} : { ca: Buffer.from(caBundle, 'base64').toString() };
      agent = new Agent({ keepAlive: true, maxSockets: 32, minVersion: 'TLSv1.2', ...ca });
      this.#agents.set(caBundle, agent);
    }
    return agent;
  }

  #send(at: RequestOptions, body: string, timeoutMs: number): Promise<{ status: number; text: string }> {
    const headers = { ...at.headers, 'content-type': 'application/json', accept: 'application/json' };
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const sent = request({
        ...at,
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        signal,
      });
      sent.on('error', reject);
      sent.on('response', response => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > longestAnswer) response.destroy(new Error(`the answer has more than ${longestAnswer} bytes`));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      });
      sent.end(body);
    });
  }
}

function messageOf(error: unknown, timeoutMs: number): string {
  const { name, message } = error as Error;
  if (name === 'TimeoutError' || name === 'AbortError') return `context deadline exceeded after ${timeoutMs / 1000} s`;
  return message;
}

/**
 * Asks webhooks' servers, over HTTPS. They are trusted by the certificate authority that their configuration names. A
 * redirect is an answer like any other that is not 200: what is sent was meant for nobody else, and it is not followed.
 */
import type { Agent } from 'undici';
import type { Lookup } from '../contracts.js';
import { resolveService } from './resolve.js';

/** Where a webhook is, in whatever configuration it stands. */
export interface ClientConfig {
  url?: string;
  service?: { namespace: string; name: string; path?: string; port?: number };
  /** Base64 of PEM; without it the system's authorities count. */
  caBundle?: string;
}

export interface Called {
  clientConfig: ClientConfig;
  /** 10 unless said. */
  timeoutSeconds?: number;
}

/** An answer is an object and perhaps a patch of it: what is longer is none. */
const mostAnswerBytes = 16 * 1024 * 1024;
/** Servers whose connections are kept. */
const mostAgents = 64;

export class WebhookClient {
  readonly #agents = new Map<string, Agent>();

  constructor(private readonly lookup: Lookup) {}

  /** The parsed answer; throws an Error that says what went wrong, where. */
  async post({ clientConfig, timeoutSeconds }: Called, body: object): Promise<unknown> {
    const seconds = timeoutSeconds ?? 10;
    const { url, serverName } = addressOf(clientConfig);
    url.searchParams.set('timeout', `${seconds}s`);
    try {
      const reached = clientConfig.service ? this.#reached(url, clientConfig.service) : url;
      const agent = await this.#agent(serverName, clientConfig.caBundle);
      return await this.#ask(reached, url.host, agent, body, seconds * 1000);
    } catch (error) {
      throw new Error(`Post ${JSON.stringify(url.href)}: ${reasonOf(error)}`);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map(agent => agent.destroy()));
  }

  /** `host` is how the server calls itself, wherever it is reached. */
  async #ask(url: URL, host: string, dispatcher: Agent, body: object, timeoutMs: number): Promise<unknown> {
    // Loaded for the first webhook: most clusters have none.
    const { request } = await import('undici');
    const answer = await request(url, {
      method: 'POST',
      dispatcher,
      headers: {
        host,
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': 'orrery-apiserver',
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.length;
      if (size > mostAnswerBytes) throw new Error(`the answer has more than ${mostAnswerBytes} bytes`);
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString();
    if (answer.statusCode !== 200) throw new Error(`unexpected response code: ${answer.statusCode}`);
    return JSON.parse(text);
  }

  #reached(url: URL, { namespace, name, port = 443 }: NonNullable<ClientConfig['service']>): URL {
    const found = resolveService(this.lookup, { namespace, name, port });
    const reached = new URL(url);
    reached.hostname = found.host.includes(':') ? `[${found.host}]` : found.host;
    reached.port = String(found.port);
    return reached;
  }

  async #agent(serverName: string, caBundle: string | undefined): Promise<Agent> {
    const { Agent } = await import('undici');
    const key = `${serverName} ${caBundle ?? ''}`;
    const known = this.#agents.get(key);
    if (known) return known;
    if (this.#agents.size >= mostAgents) {
      const [oldest, agent] = this.#agents.entries().next().value as [string, Agent];
      this.#agents.delete(oldest);
      void agent.close();
    }
    const ca = caBundle ? { ca: Buffer.from(caBundle, 'base64') } : {};
    // An address has no name to ask for; its certificate is checked against the address.
    const named = /^[\d.]+$|:/.test(serverName) ? {} : { servername: serverName };
    const agent = new Agent({ connect: { ...ca, ...named } });
    this.#agents.set(key, agent);
    return agent;
  }
}

/** Where the server is by its own account, and whose name its certificate must have. */
function addressOf({ url, service }: ClientConfig): { url: URL; serverName: string } {
  if (!service) {
    const address = new URL(url ?? '');
    return { url: address, serverName: address.hostname.replace(/^\[|\]$/g, '') };
  }
  const { namespace, name, path = '/', port = 443 } = service;
  const serverName = `${name}.${namespace}.svc`;
  return { url: new URL(path.startsWith('/') ? path : `/${path}`, `https://${serverName}:${port}`), serverName };
}

function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'context deadline exceeded';
  const { message, cause } = error as Error;
  return cause instanceof Error && !message.includes(cause.message) ? `${message}: ${cause.message}` : message;
}

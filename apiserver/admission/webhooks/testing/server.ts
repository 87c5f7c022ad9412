/** A real webhook's server, over TLS with a certificate of an authority of its own. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { issueAuthority, issuer } from '../../../pki/issue.js';
import { newPrivateKey } from '../../../pki/keys.js';

// biome-ignore lint/suspicious/noExplicitAny: tests reach into reviews of every kind
type Review = any;

/** The response of a review, without its uid; a number is a status code without an answer, undefined no answer at all. */
export type Behaviour = (request: Review) => object | number | undefined;

export class WebhookServer {
  /** What it was asked, in order. */
  readonly asked: Review[] = [];
  readonly paths: string[] = [];
  readonly #behaviours = new Map<string, Behaviour>();

  private constructor(
    private readonly server: Server,
    /** PEM in base64, as configurations carry it. */
    readonly caBundle: string,
  ) {}

  static async start(): Promise<WebhookServer> {
    const key = newPrivateKey();
    const ca = await issueAuthority('test-ca', key, Date.now());
    const issue = await issuer(ca, key, Date.now());
    const addresses = ['127.0.0.1', 'hook.default.svc'];
    const own = await issue({ commonName: 'hook', addresses, usages: ['serverAuth'] });
    const server = createServer({ key: own.key, cert: own.cert });
    const started = new WebhookServer(server, Buffer.from(ca).toString('base64'));
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const review = JSON.parse(Buffer.concat(chunks).toString());
      const [path = ''] = (request.url ?? '').split('?');
      started.paths.push(request.url ?? '');
      started.asked.push(review);
      const said = started.#behaviours.get(path)?.(review.request);
      if (said === undefined) return;
      if (typeof said === 'number') return response.writeHead(said).end();
      const { apiVersion, kind } = review;
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ apiVersion, kind, response: { uid: review.request.uid, ...said } }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return started;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  at(path: string, behaviour: Behaviour): { url: string; caBundle: string } {
    this.#behaviours.set(path, behaviour);
    return { url: `https://127.0.0.1:${this.port}${path}`, caBundle: this.caBundle };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** A response that patches. */
export const patching = (...operations: object[]) => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

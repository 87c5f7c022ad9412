import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { AnyObject } from '../../api/types.js';
import type { Lookup } from '../contracts.js';
import { issueAuthority, issuer } from '../pki/issue.js';
import { newPrivateKey } from '../pki/keys.js';
import { WebhookClient } from './webhook-client.js';

describe('a call of a webhook', () => {
  let server: Server;
  let port: number;
  let caBundle: string;
  let client: WebhookClient;
  let calls: string[];
  let respond: (request: IncomingMessage, response: ServerResponse, body: string) => void;

  /** The webhook's service stands for a name outside of the cluster, which is this machine. */
  const service = { spec: { type: 'ExternalName', externalName: 'localhost' } } as unknown as AnyObject;
  const lookup: Lookup = { get: () => service, list: () => [], onChange: () => undefined };

  before(async () => {
    const key = newPrivateKey();
    const ca = await issueAuthority('hooks', key, Date.now());
    const issue = await issuer(ca, key, Date.now());
    const tls = await issue({ commonName: 'hook', usages: ['serverAuth'], addresses: ['hook.ns.svc', '127.0.0.1'] });
    caBundle = Buffer.from(ca).toString('base64');
    server = createServer(tls, async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      calls.push(`${request.method} ${request.headers.host} ${request.url}`);
      respond(request, response, body);
    });
    await new Promise<void>(resolve => server.listen(0, 'localhost', resolve));
    port = (server.address() as AddressInfo).port;
  });
  beforeEach(() => {
    calls = [];
    client = new WebhookClient(lookup);
    respond = (_request, response, body) => response.end(body);
  });
  afterEach(() => client.close());
  after(() => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(resolve));
  });

  const hook = () => ({ service: { namespace: 'ns', name: 'hook', path: '/convert', port }, caBundle });
  const post = (clientConfig: object, timeoutSeconds = 5): Promise<unknown> =>
    client.post({ clientConfig, timeoutSeconds }, { a: 1 });

  it('goes to a service by its name in the cluster', async () => {
    assert.deepEqual(await post(hook()), { a: 1 });
    assert.deepEqual(calls, [`POST hook.ns.svc:${port} /convert?timeout=5s`]);
  });

  it('believes the stated authority alone', async () => {
    await assert.rejects(
      post({ ...hook(), caBundle: undefined }),
      /^Error: Post "https:\/\/hook.ns.svc:\d+\/convert\?timeout=5s": .*certificate/,
    );
    await assert.rejects(post({ service: { ...hook().service, name: 'other' }, caBundle }), /other.ns.svc/);
    assert.deepEqual(calls, []);
  });

  it('follows nobody who leads elsewhere', async () => {
    respond = (_request, response) =>
      response.writeHead(307, { location: `https://localhost:${port}/elsewhere` }).end();
    await assert.rejects(post(hook()), /unexpected response code: 307/);
    assert.equal(calls.length, 1);
  });

  it('is given up when it takes too long, or makes no sense', async () => {
    respond = () => undefined;
    await assert.rejects(post(hook(), 0.1), /context deadline exceeded/);
    respond = (_request, response) => response.end('<html>');
    await assert.rejects(post(hook()), /not valid JSON/);
  });
});

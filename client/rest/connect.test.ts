import assert from 'node:assert/strict';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expired, type StatusError } from '../../api/status.js';
import type { Pod } from '../../api/types.js';
import { ConnectionError } from '../client.js';
import type { Connection } from '../connection.js';
import { configMaps, pods } from '../resources.js';
import { ManualClock, settled } from '../testing/clock.js';
import { type ConnectOptions, connect, type RestClient, warningTexts } from './connect.js';

interface Seen {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}
type Handler = (request: Seen, response: ServerResponse) => void;

const pod = (name: string): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' } });
const json = (response: ServerResponse, code: number, body: unknown, headers: http.OutgoingHttpHeaders = {}): void => {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

describe('the REST client', () => {
  let server: http.Server;
  let seen: Seen[];
  let handle: Handler;
  let clients: RestClient[];
  let sockets: number;

  const client = (connection: Partial<Connection> = {}, options: ConnectOptions = {}): RestClient => {
    const { port } = server.address() as AddressInfo;
    const made = connect({ server: `http://127.0.0.1:${port}`, namespace: 'default', ...connection }, options);
    clients.push(made);
    return made;
  };

  beforeEach(async () => {
    seen = [];
    clients = [];
    sockets = 0;
    handle = (_, response) => json(response, 200, pod('web'));
    server = http.createServer((request: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
        seen.push(one);
        handle(one, response);
      });
    });
    server.on('connection', () => sockets++);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    for (const made of clients) await made.close();
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });

  it('gets, with credentials and user agent', async () => {
    const got = await client({ token: 't1' }, { userAgent: 'test/1' }).get(pods, { namespace: 'default', name: 'web' });
    assert.equal(got.metadata.name, 'web');
    assert.equal(seen[0]?.url, '/api/v1/namespaces/default/pods/web');
    assert.equal(seen[0]?.headers.authorization, 'Bearer t1');
    assert.equal(seen[0]?.headers['user-agent'], 'test/1');
  });

  it('sends basic credentials and impersonation', async () => {
    const basic = { username: 'u', password: 'p:q' };
    await client({ basic, impersonate: { user: 'jane', groups: ['a', 'b'] } }).list(pods);
    assert.equal(seen[0]?.headers.authorization, `Basic ${Buffer.from('u:p:q').toString('base64')}`);
    assert.equal(seen[0]?.headers['impersonate-user'], 'jane');
    assert.equal(seen[0]?.headers['impersonate-group'], 'a, b');
  });

  it('writes with cause, content type and query', async () => {
    const c = client();
    const cause = 'replication-controller default/web <- Pod default/ü ADDED @3';
    await c.create(pods, pod('web'), { cause, fieldManager: 'fm' });
    await c.update(pods, pod('web'), { subresource: 'status' });
    await c.patch(pods, { namespace: 'default', name: 'web' }, 'apply', { a: 1 }, { force: true });
    await c.delete(pods, { namespace: 'default', name: 'web' }, { gracePeriodSeconds: 0, preconditions: { uid: 'u' } });
    await c.post(pods, { namespace: 'default', name: 'web' }, 'binding', pod('web'));
    assert.deepEqual(
      seen.map(r => `${r.method} ${r.url} ${r.headers['content-type']}`),
      [
        'POST /api/v1/namespaces/default/pods?fieldManager=fm application/json',
        'PUT /api/v1/namespaces/default/pods/web/status application/json',
        'PATCH /api/v1/namespaces/default/pods/web?fieldManager=orrery&force=true application/apply-patch+yaml',
        'DELETE /api/v1/namespaces/default/pods/web application/json',
        'POST /api/v1/namespaces/default/pods/web/binding application/json',
      ],
    );
    assert.equal(seen[0]?.headers['orrery-cause'], 'replication-controller default/web <- Pod default/? ADDED @3');
    assert.deepEqual(JSON.parse(seen[3]?.body ?? ''), {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 0,
      preconditions: { uid: 'u' },
    });
  });

  it('throws the Status that it is answered', async () => {
    handle = (_, response) => json(response, 410, expired('too old').status);
    await assert.rejects(client().list(pods), (error: StatusError) => error.reason === 'Expired' && error.code === 410);
  });

  it('says in one sentence that nothing answers', async () => {
    const c = client();
    await new Promise(resolve => server.close(resolve));
    await assert.rejects(
      c.list(pods),
      (error: Error) => error instanceof ConnectionError && /connection refused/.test(error.message),
    );
  });

  it('gives up after its timeout', async () => {
    handle = () => {};
    await assert.rejects(client({}, { timeoutMs: 20 }).list(pods), /no answer within 0.02 s/);
  });

  it('rejects with the reason of an aborted signal', async () => {
    const stop = new AbortController();
    handle = () => stop.abort(new Error('enough'));
    await assert.rejects(client().list(pods, { signal: stop.signal }), /enough/);
  });

  it('comes back after Retry-After for what may be sent twice, and only for that', async () => {
    const clock = new ManualClock();
    const c = client({}, { clock });
    handle = (_, response) => {
      if (seen.length === 1) json(response, 429, {}, { 'retry-after': '2' });
      else json(response, 200, { items: [] });
    };
    const listed = c.list(configMaps);
    while (clock.sleeping === 0) await settled();
    await clock.advance(2000);
    assert.deepEqual((await listed).items, []);
    assert.equal(seen.length, 2);
    handle = (_, response) => json(response, 429, {}, { 'retry-after': '2' });
    await assert.rejects(c.create(pods, pod('web')), (error: StatusError) => error.code === 429);
    assert.equal(seen.length, 3);
  });

  it('asks the token source again when a token is refused, and sends the request once more', async () => {
    handle = (request, response) => {
      if (request.headers.authorization === 'Bearer new') json(response, 200, pod('web'));
      else json(response, 401, {});
    };
    const refusals: (string | undefined)[] = [];
    const tokenSource = (refused?: string): string => {
      refusals.push(refused);
      return refused === 'old' ? 'new' : 'old';
    };
    await client({ tokenSource }).list(pods);
    assert.deepEqual(refusals, [undefined, 'old']);
    await assert.rejects(client({ tokenSource: () => 'old' }).list(pods), (e: StatusError) => e.code === 401);
  });

  it('keeps connections, and sends again when the server had closed one', async () => {
    const c = client();
    await c.list(pods);
    await c.list(pods);
    assert.equal(sockets, 1);
    let dropped = false;
    handle = (_, response) => {
      if (dropped) return json(response, 200, { items: [] });
      dropped = true;
      response.socket?.destroy();
    };
    await c.list(pods);
    assert.equal(sockets, 2);
  });

  it('serves requests while more watches are open than there are connections', async () => {
    const c = client();
    const stop = new AbortController();
    handle = (request, response) => {
      if (!request.url.includes('watch=true')) return json(response, 200, { items: [] });
      response.writeHead(200);
      response.write(`${JSON.stringify({ type: 'ADDED', object: pod('web') })}\n`);
    };
    const watches = Array.from({ length: 20 }, () => c.watch(pods, { signal: stop.signal })[Symbol.asyncIterator]());
    await Promise.all(watches.map(watch => watch.next()));
    await c.list(pods);
    stop.abort();
    for (const watch of watches) assert.equal((await watch.next()).done, true);
  });

  it('watches: events in order, an ERROR as its StatusError', async () => {
    handle = (_, response) => {
      response.writeHead(200);
      for (const name of ['ä', 'b']) response.write(`${JSON.stringify({ type: 'ADDED', object: pod(name) })}\n`);
      response.end(`${JSON.stringify({ type: 'ERROR', object: expired('too old').status })}\n`);
    };
    const names: (string | undefined)[] = [];
    const watching = async (): Promise<void> => {
      for await (const event of client().watch(pods, { signal: new AbortController().signal })) {
        names.push(event.object.metadata.name);
      }
    };
    await assert.rejects(watching(), (error: StatusError) => error.code === 410);
    assert.deepEqual(names, ['ä', 'b']);
  });

  it('a watch whose connection breaks throws ConnectionError', async () => {
    handle = (_, response) => {
      response.writeHead(200);
      response.write('{"type":"ADD', () => response.socket?.destroy());
    };
    const watch = client().watch(pods, { signal: new AbortController().signal });
    await assert.rejects(watch[Symbol.asyncIterator]().next(), ConnectionError);
  });

  it('leaving a watch closes its connection', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    handle = (_, response) => {
      closed = new Promise(resolve => response.once('close', resolve));
      response.writeHead(200);
      response.write(`${JSON.stringify({ type: 'ADDED', object: pod('web') })}\n`);
    };
    for await (const _ of client().watch(pods, { signal: new AbortController().signal })) break;
    await closed;
  });

  it('streams, and hands out warnings', async () => {
    const warnings: string[] = [];
    handle = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', warning: '299 - "unknown field \\"spec.x\\""' });
      response.end('one\ntwo\n');
    };
    const { body, contentType } = await client({}, { onWarning: text => warnings.push(text) }).stream('/log');
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    assert.equal(Buffer.concat(chunks).toString(), 'one\ntwo\n');
    assert.equal(contentType, 'text/plain');
    assert.deepEqual(warnings, ['unknown field "spec.x"']);
  });

  it('serves below a path', async () => {
    const { port } = server.address() as AddressInfo;
    await client({ server: `http://127.0.0.1:${port}/k8s/clusters/a` }).raw('/version');
    assert.equal(seen[0]?.url, '/k8s/clusters/a/version');
  });
});

it('several warnings stand in one header', () => {
  assert.deepEqual(warningTexts('299 - "a, b", 299 apiserver "c"'), ['a, b', 'c']);
});

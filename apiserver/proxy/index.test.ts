import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type RequestOptions,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server, type Http2Server } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { WebSocket, WebSocketServer } from 'ws';
import { StatusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import { FakeLookup } from '../auth/testing/fake-lookup.js';
import { parseTarget } from '../http/request-info.js';
import { ensurePki, type PkiPaths } from '../pki/index.js';
import { kubeletCredentials } from '../streaming/kubelets.js';
import { ResourceProxy } from './index.js';

interface Answer {
  code: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

const portOf = (server: Server | Http2Server): number => (server.address() as AddressInfo).port;
const base = '/api/v1/namespaces/shop/pods/web/proxy';

describe('the proxy verbs', function () {
  this.timeout(20_000);
  let dataDir: string;
  let pki: PkiPaths;
  let lookup: FakeLookup;
  let proxy: ResourceProxy;
  let backend: Server;
  let front: Server;
  let front2: Http2Server;
  /** What the backend does; set by each test. */
  let onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  let seen: { line: string; headers: IncomingMessage['headers']; body: string }[];

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'orrery-proxy-'));
    pki = await ensurePki({ dataDir, nodeName: 'n1', addresses: ['127.0.0.1'], server: 'https://x', now: Date.now() });
  });
  after(() => rm(dataDir, { recursive: true }));

  beforeEach(async () => {
    seen = [];
    onRequest = (_, response) => response.end('hello');
    backend = createServer(async (incoming, response) => {
      let body = '';
      for await (const chunk of incoming) body += chunk;
      seen.push({ line: `${incoming.method} ${incoming.url}`, headers: incoming.headers, body });
      onRequest(incoming, response);
    });
    backend.listen(0, '127.0.0.1');
    await once(backend, 'listening');
    lookup = new FakeLookup([pod('web', portOf(backend))]);
    const options = {
      lookup,
      credentials: kubeletCredentials(pki.dir),
      log: pino({ enabled: false }),
      random: () => 0,
    };
    proxy = new ResourceProxy({ ...options, proxyable: () => true });
    const handle = (
      incoming: Parameters<ResourceProxy['handle']>[0],
      response: Parameters<ResourceProxy['handle']>[1],
    ): void => {
      const { info } = parseTarget(incoming.method ?? '', incoming.url ?? '');
      proxy.handle(incoming, response, info).catch((error: unknown) => {
        const { status, code } = error as StatusError;
        assert.ok(error instanceof StatusError, String(error));
        response.writeHead(code);
        response.end(JSON.stringify(status));
      });
    };
    front = createServer(handle);
    front.on('upgrade', (incoming, socket, head) => {
      void proxy.upgrade(incoming, socket, head, parseTarget('GET', incoming.url ?? '').info);
    });
    front.listen(0, '127.0.0.1');
    front2 = createHttp2Server(handle);
    front2.listen(0, '127.0.0.1');
    await Promise.all([once(front, 'listening'), once(front2, 'listening')]);
  });
  afterEach(async () => {
    await proxy.close();
    for (const server of [front, backend]) {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    }
    await new Promise(resolve => front2.close(resolve));
  });

  const pod = (name: string, containerPort: number): AnyObject => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' } },
    spec: { containers: [{ name: 'c', ports: [{ containerPort }] }] },
    status: { podIP: '127.0.0.1' },
  });

  function ask(path: string, options: RequestOptions = {}, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: portOf(front), path, agent: false, ...options }, async answer => {
        let text = '';
        try {
          for await (const chunk of answer) text += chunk;
          resolve({ code: answer.statusCode ?? 0, headers: answer.headers, text });
        } catch (error) {
          reject(error);
        }
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  it('pass on path, query, method and body, and what comes back', async () => {
    onRequest = (_, response) => {
      response.writeHead(418, { 'x-own': 'yes', 'set-cookie': ['a=1', 'b=2'] });
      response.end('tea');
    };
    const headers = { authorization: 'Bearer secret', 'x-mine': '1', 'content-type': 'text/plain' };
    const answer = await ask(`${base}/a%2Fb//c/?q=%20x&watch=true`, { method: 'PUT', headers }, 'the body');
    assert.deepEqual([answer.code, answer.text, answer.headers['x-own']], [418, 'tea', 'yes']);
    assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2']);
    const [got] = seen;
    assert.equal(got?.line, 'PUT /a%2Fb//c/?q=%20x&watch=true');
    assert.equal(got?.body, 'the body');
    assert.equal(got?.headers['x-mine'], '1');
    assert.equal(got?.headers.authorization, undefined);
    assert.equal(got?.headers['x-forwarded-uri'], `${base}/a%2Fb//c/?q=%20x&watch=true`);
  });

  it('do the same over HTTP/2, where bodies have no stated length', async () => {
    const session = connectHttp2(`http://127.0.0.1:${portOf(front2)}`);
    try {
      const stream = session.request({ ':method': 'POST', ':path': `${base}/x`, cookie: 'a=1; b=2' });
      stream.end('a body');
      const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
      let text = '';
      for await (const chunk of stream) text += chunk;
      assert.deepEqual([head[':status'], text], [200, 'hello']);
      assert.deepEqual([seen[0]?.line, seen[0]?.body], ['POST /x', 'a body']);
      assert.equal(seen[0]?.headers.cookie, 'a=1; b=2');
    } finally {
      session.close();
    }
  });

  it('send a browser to the path with a slash, so that the links of a page work', async () => {
    const answer = await ask(`${base}?a=b`);
    assert.deepEqual([answer.code, answer.headers.location], [301, `${base}/?a=b`]);
    assert.equal((await ask(base, { method: 'POST' })).text, 'hello');
    assert.deepEqual(
      seen.map(({ line }) => line),
      ['POST /'],
    );
  });

  it('leads the links of a page through itself, over either protocol', async () => {
    const page = '<a href="/next">next</a>';
    onRequest = (_, response) =>
      void response.writeHead(200, { 'content-type': 'text/html', 'content-length': page.length }).end(page);
    const want = `<a href="${base}/next">next</a>`;
    const answer = await ask(`${base}/`);
    assert.deepEqual([answer.text, answer.headers['content-length']], [want, undefined]);
    assert.equal((await ask(`${base}/`, { method: 'HEAD' })).headers['content-length'], String(page.length));
    const session = connectHttp2(`http://127.0.0.1:${(front2.address() as AddressInfo).port}`);
    try {
      let text = '';
      for await (const chunk of session.request({ ':path': `${base}/` })) text += chunk;
      assert.equal(text, want);
    } finally {
      session.close();
    }
  });

  it('pass redirects on, and never follow them', async () => {
    let location = '/next';
    onRequest = (_, response) => void response.writeHead(302, { location }).end();
    const host = `127.0.0.1:${portOf(front)}`;
    assert.equal((await ask(`${base}/a`)).headers.location, `https://${host}${base}/next`);
    location = 'http://169.254.169.254/latest/meta-data';
    const answer = await ask(`${base}/a`);
    assert.deepEqual([answer.code, answer.headers.location], [302, location]);
    assert.equal(seen.length, 2);
  });

  it('refuse paths that climb, however they are written', async () => {
    for (const path of ['/../secret', '/a/%2e%2E/b', '/..', '/.%2e']) {
      const answer = await ask(`${base}${path}`);
      assert.equal(answer.code, 400, path);
      assert.match(answer.text, /leads out of what is proxied/);
    }
    assert.deepEqual(seen, []);
  });

  it('never let a body become a request of its own', async () => {
    const smuggled = 'DELETE /all HTTP/1.1\r\nHost: x\r\n\r\n';
    await ask(`${base}/a`, { method: 'GET', headers: { 'transfer-encoding': 'chunked' } }, smuggled);
    await ask(`${base}/a`, { method: 'GET', headers: { 'content-length': smuggled.length } }, smuggled);
    assert.deepEqual(
      seen.map(({ line, body }) => [line, body]),
      [
        ['GET /a', smuggled],
        ['GET /a', smuggled],
      ],
    );
  });

  it('say 503 when nobody listens', async () => {
    lookup.put(pod('web', 1));
    const answer = await ask(`${base}/`);
    assert.equal(answer.code, 503);
    assert.match(
      JSON.parse(answer.text).message,
      /^error trying to reach service: connect ECONNREFUSED 127\.0\.0\.1:1$/,
    );
  });

  it('break off when the other side does, on either side', async () => {
    onRequest = (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('part');
      setImmediate(() => response.destroy());
    };
    await assert.rejects(ask(`${base}/`), /aborted|ECONNRESET/);
    const gone = new Promise(resolve => {
      onRequest = (_, response) => {
        response.once('close', () => resolve(undefined));
        response.write('for ever');
      };
    });
    const sent = request({ host: '127.0.0.1', port: portOf(front), path: `${base}/`, agent: false }, answer => {
      answer.on('error', () => undefined);
      answer.once('data', () => sent.destroy());
    });
    sent.on('error', () => undefined);
    sent.end();
    await gone;
  });

  it('carry WebSockets both ways', async () => {
    const server = new WebSocketServer({ server: backend });
    server.on('connection', (socket, incoming) => {
      socket.send(`${incoming.url} ${incoming.headers.authorization ?? 'nobody'}`);
      socket.on('message', message => socket.send(`echo ${message}`));
    });
    const headers = { authorization: 'Bearer secret' };
    const client = new WebSocket(`ws://127.0.0.1:${portOf(front)}${base}/chat?room=1`, { headers });
    const messages: string[] = [];
    client.on('message', message => messages.push(String(message)));
    await once(client, 'open');
    client.send('hi');
    while (messages.length < 2) await once(client, 'message');
    assert.deepEqual(messages, ['/chat?room=1 nobody', 'echo hi']);
    client.close();
    await once(client, 'close');
    server.close();
  });

  it('end an upgrade that the backend refuses: nothing more goes through (CVE-2018-1002105)', async () => {
    onRequest = (_, response) => void response.writeHead(403, { 'content-length': '2' }).end('no');
    backend.on('upgrade', (incoming, socket) => {
      seen.push({ line: `UPGRADE ${incoming.url}`, headers: {}, body: '' });
      socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
      socket.on('data', chunk => seen.push({ line: String(chunk), headers: {}, body: '' }));
      socket.on('error', () => undefined);
      socket.on('end', () => socket.end());
    });
    const socket = connect(portOf(front), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`GET ${base}/x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) {
      text += chunk;
      if (socket.writable) socket.write('GET /secret HTTP/1.1\r\nHost: h\r\n\r\n');
    }
    assert.match(text, /^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*\r\n\r\nno$/);
    assert.deepEqual(
      seen.map(({ line }) => line),
      ['UPGRADE /x'],
    );
  });

  it('do not follow a redirect of an upgrade either (CVE-2020-8559)', async () => {
    backend.on('upgrade', (_, socket) => {
      socket.resume();
      socket.end(
        `HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:${portOf(backend)}/other\r\nContent-Length: 0\r\n\r\n`,
      );
    });
    const client = new WebSocket(`ws://127.0.0.1:${portOf(front)}${base}/x`);
    const [error] = (await once(client, 'error')) as [Error];
    assert.match(error.message, /Unexpected server response: 302/);
    assert.deepEqual(seen, []);
  });

  it('show the server’s own certificate to the kubelet, and to nobody else', async () => {
    const [key, cert, ca] = await Promise.all(
      [pki.kubelet.key, pki.kubelet.cert, pki.ca.cert].map(path => readFile(path)),
    );
    const secure = createTlsServer(
      { key, cert, ca, requestCert: true, rejectUnauthorized: false } as object,
      (incoming, response) => {
        const { subject } = (incoming.socket as TLSSocket).getPeerCertificate();
        response.end(`${incoming.url} for ${subject?.CN ?? 'nobody'}`);
      },
    );
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    try {
      const port = portOf(secure);
      const addresses = [{ type: 'InternalIP', address: '127.0.0.1' }];
      const status = { addresses, daemonEndpoints: { kubeletEndpoint: { Port: port } } };
      lookup.put({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, status });
      assert.equal(
        (await ask('/api/v1/nodes/n1/proxy/stats?x=y')).text,
        '/stats?x=y for kube-apiserver-kubelet-client',
      );
      assert.equal((await ask(`/api/v1/namespaces/shop/pods/https:web:${port}/proxy/a`)).text, '/a for nobody');
    } finally {
      secure.closeAllConnections();
      await new Promise(resolve => secure.close(resolve));
    }
  });
});

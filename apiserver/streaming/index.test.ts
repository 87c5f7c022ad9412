/** The API server's side of logs and streams, against a kubelet that answers as it is told. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import type { StatusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import type { Lookup, RequestInfo } from '../contracts.js';
import { ensurePki, type PkiPaths } from '../pki/index.js';
import { createKubeletProxy, type KubeletProxy } from './index.js';
import { kubeletCredentials } from './kubelets.js';
import { type FakeKubelet, SpdyPeer, startFakeKubelet } from './testing/kubelet.js';

const success = '{"metadata":{},"status":"Success"}';

describe('apiserver/streaming over a kubelet', function () {
  this.timeout(20_000);
  let dataDir: string;
  let pki: PkiPaths;
  let kubelet: FakeKubelet;
  let proxy: KubeletProxy;
  let api: Server;
  let port: number;
  let nodePort: number;

  /** One pod, web, with the container c, on the node lab. */
  const lookup: Lookup = {
    get({ resource }, _namespace, name): AnyObject | undefined {
      const meta = { apiVersion: 'v1', kind: 'x', metadata: { name } };
      if (resource === 'pods')
        return name === 'web' ? { ...meta, spec: { containers: [{ name: 'c' }], nodeName: 'lab' } } : undefined;
      const addresses = [{ type: 'InternalIP', address: '127.0.0.1' }];
      return { ...meta, status: { addresses, daemonEndpoints: { kubeletEndpoint: { Port: nodePort } } } };
    },
    list: () => [],
    onChange: () => undefined,
  };

  /** '/web/log?...' is the log of the pod web. */
  function infoOf(url = ''): RequestInfo {
    const [, name = '', subresource = ''] = url.split('?')[0]?.split('/') ?? [];
    return {
      isResource: true,
      path: url,
      verb: 'get',
      group: '',
      version: 'v1',
      namespace: 'ns',
      resource: 'pods',
      subresource,
      name,
    };
  }

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'orrery-streaming-'));
    pki = await ensurePki({
      dataDir,
      nodeName: 'lab',
      addresses: ['127.0.0.1'],
      server: 'https://127.0.0.1',
      now: Date.now(),
    });
    proxy = createKubeletProxy({ lookup, credentials: kubeletCredentials(pki.dir), log: pino({ level: 'silent' }) });
    api = createServer((req, res) => {
      proxy.handle(req, res, infoOf(req.url)).catch((error: StatusError) => {
        res.writeHead(error.code).end(error.message);
      });
    });
    api.on('upgrade', (req, socket, head) => void proxy.upgrade(req, socket, head, infoOf(req.url)));
    api.listen(0, '127.0.0.1');
    await once(api, 'listening');
    port = (api.address() as AddressInfo).port;
  });
  beforeEach(async () => {
    kubelet = await startFakeKubelet(pki);
    nodePort = kubelet.port;
  });
  afterEach(() => kubelet.stop());
  after(async () => {
    await proxy.close();
    api.closeAllConnections();
    api.close();
    await rm(dataDir, { recursive: true });
  });

  async function get(path: string): Promise<{ code: number; body: string }> {
    const sent = request({ port, path, agent: false }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return { code: answer.statusCode ?? 0, body: await text(answer) };
  }

  /** Resolves when the kubelet has no connection left: nothing was leaked. */
  async function kubeletIsLeft(): Promise<void> {
    while (kubelet.connections.size > 0) await new Promise(setImmediate);
  }

  describe('logs', () => {
    it("come as the kubelet gives them, asked with the API server's own certificate", async () => {
      kubelet.onRequest = (_, response) => void response.end('line\n');
      assert.deepEqual(await get('/web/log?follow=true'), { code: 200, body: 'line\n' });
      assert.deepEqual(kubelet.requests, [
        { line: 'GET /containerLogs/ns/web/c?follow=true', caller: 'kube-apiserver-kubelet-client' },
      ]);
    });

    it('a kubelet that refuses is quoted', async () => {
      const why = 'container "c" in pod "web" is waiting to start: ContainerCreating';
      kubelet.onRequest = (_, response) => void response.writeHead(400).end(why);
      assert.deepEqual(await get('/web/log'), { code: 400, body: why });
    });

    it('a kubelet that is away is named', async () => {
      await kubelet.stop();
      const { code, body } = await get('/web/log');
      assert.equal(code, 503);
      assert.match(body, /^the kubelet of node "lab" at 127\.0\.0\.1:\d+ could not be reached: /);
      kubelet = await startFakeKubelet(pki);
    });

    it('a kubelet with a certificate of somebody else is not asked', async () => {
      const other = await mkdtemp(join(tmpdir(), 'orrery-streaming-other-'));
      const theirs = await ensurePki({
        dataDir: other,
        nodeName: 'lab',
        addresses: ['127.0.0.1'],
        server: 'https://x',
        now: Date.now(),
      });
      const impostor = await startFakeKubelet(theirs);
      nodePort = impostor.port;
      const { code, body } = await get('/web/log');
      await impostor.stop();
      await rm(other, { recursive: true });
      assert.equal(code, 503);
      assert.match(body, /could not be reached/);
      assert.deepEqual(impostor.requests, []);
    });

    it('a follower sees lines as they come, and the kubelet is left when it goes', async () => {
      let say: (line: string) => void = () => undefined;
      kubelet.onRequest = (_, response) => {
        response.flushHeaders();
        say = line => void response.write(line);
      };
      const sent = request({ port, path: '/web/log?follow=true', agent: false }).end();
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      for (const line of ['one\n', 'two\n']) {
        say(line);
        assert.equal(String((await once(answer, 'data'))[0]), line);
      }
      sent.destroy();
      await kubeletIsLeft();
    });

    it('a log that breaks off breaks the answer too', async () => {
      kubelet.onRequest = (req, response) => {
        response.write('half');
        setImmediate(() => req.socket.destroy());
      };
      await assert.rejects(get('/web/log'), /aborted|ECONNRESET|terminated/);
    });

    for (const [protocol, binary] of [
      ['binary.k8s.io', true],
      ['base64.binary.k8s.io', false],
      [undefined, true],
    ] as const)
      it(`come over a WebSocket: ${protocol ?? 'without a protocol'}`, async () => {
        kubelet.onRequest = (_, response) => void response.end('line\n');
        const url = `ws://127.0.0.1:${port}/web/log?container=c`;
        const socket = protocol ? new WebSocket(url, protocol) : new WebSocket(url);
        const messages: [Buffer, boolean][] = [];
        socket.on('message', (data, isBinary) => messages.push([data as Buffer, isBinary]));
        const [code] = await once(socket, 'close');
        assert.deepEqual([code, socket.protocol], [1000, protocol ?? '']);
        assert.equal(messages[0]?.[0].length, 0, 'a follower learns at once that there is a log');
        const [[piece, isBinary]] = messages.slice(1) as [[Buffer, boolean]];
        const text = binary ? piece.toString() : Buffer.from(piece.toString(), 'base64').toString();
        assert.deepEqual([text, isBinary], ['line\n', binary]);
        await kubeletIsLeft();
      });

    it('over a WebSocket leave nothing at the kubelet when the client goes, and tell when they break off', async () => {
      kubelet.onRequest = (_, response) => void response.write('line\n');
      const open = async (): Promise<WebSocket> => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/web/log?follow=true`, 'binary.k8s.io');
        await new Promise<void>(resolve => socket.on('message', data => data.toString() === 'line\n' && resolve()));
        return socket;
      };
      const leaving = await open();
      leaving.terminate();
      await kubeletIsLeft();
      const broken = await open();
      for (const connection of kubelet.connections) connection.destroy();
      const [code] = await once(broken, 'close');
      assert.equal(code, 1011);
    });

    it('over a WebSocket of another protocol, or another upgrade, are refused', async () => {
      const refused = async (socket: WebSocket): Promise<number | undefined> => {
        socket.on('error', () => undefined);
        const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
        answer.resume();
        return answer.statusCode;
      };
      assert.equal(await refused(new WebSocket(`ws://127.0.0.1:${port}/web/log`, 'v4.channel.k8s.io')), 400);
      assert.equal(await refused(new WebSocket(`ws://127.0.0.1:${port}/none/log`, 'binary.k8s.io')), 404);
      assert.deepEqual(kubelet.requests, []);
    });

    it('come over HTTP/2 too', async () => {
      kubelet.onRequest = (_, response) => void response.end('x'.repeat(500_000));
      const server = createHttp2Server((req, res) => void proxy.handle(req, res, infoOf(req.url)));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      assert.equal((await text(client.request({ ':path': '/web/log' }))).length, 500_000);
      client.close();
      server.close();
    });
  });

  describe('a raw tunnel', () => {
    /** Sends an upgrade; answers the socket, and what came until the end of the head. */
    async function upgrade(path: string): Promise<{ socket: Socket; head: string }> {
      const socket = connect(port, '127.0.0.1');
      socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`);
      let head = '';
      while (!head.includes('\r\n\r\n')) head += String((await once(socket, 'data'))[0]);
      return { socket, head };
    }

    it("opens with the kubelet's 101, and passes bytes both ways", async () => {
      kubelet.onUpgrade = (_, socket) => {
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Kept: yes\r\n\r\n',
        );
        socket.pipe(socket);
      };
      const { socket, head } = await upgrade('/web/exec?command=a');
      assert.match(head, /^HTTP\/1\.1 101 Switching Protocols\r\n.*X-Kept: yes\r\n/s);
      socket.write('echo me');
      assert.equal(String((await once(socket, 'data'))[0]), 'echo me');
      socket.destroy();
      await kubeletIsLeft();
    });

    const refusals: [string, string][] = [
      ['an error', 'HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nwhy'],
      ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: https://192.0.2.1/\r\nContent-Length: 0\r\n\r\n'],
      ['a plain success', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ];
    for (const [what, answer] of refusals) {
      it(`does not open with ${what}: a second request goes nowhere (CVE-2018-1002105)`, async () => {
        kubelet.onUpgrade = (_, socket) => void socket.write(answer);
        const { socket, head } = await upgrade('/web/exec?command=a');
        assert.doesNotMatch(head, /^HTTP\/1\.1 (101|200|302)/);
        assert.match(head, /Connection: close/);
        socket.on('error', () => undefined);
        socket.write('GET /pods HTTP/1.1\r\nHost: x\r\n\r\n');
        await once(socket, 'close');
        await kubeletIsLeft();
        assert.equal(kubelet.requests.length, 1);
      });
    }

    it('a request that is wrong never reaches the kubelet', async () => {
      const { head } = await upgrade('/web/exec');
      assert.match(head, /^HTTP\/1\.1 400 Bad Request/);
      assert.equal((await get('/web/exec?command=a')).body, 'Upgrade request required');
      assert.deepEqual(kubelet.requests, []);
    });
  });

  describe('exec over WebSocket', () => {
    /** Messages as 'CHANNEL text', until the server closes. */
    function webSocket(path: string, protocol = 'v5.channel.k8s.io'): { client: WebSocket; closed: Promise<string[]> } {
      const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocol);
      const messages: string[] = [];
      client.on('message', (data: Buffer) => void (data.length > 1 && messages.push(`${data[0]} ${data.subarray(1)}`)));
      return { client, closed: once(client, 'close').then(() => messages) };
    }
    const message = (channel: number, data: string | number): Buffer =>
      Buffer.concat([Buffer.of(channel), typeof data === 'number' ? Buffer.of(data) : Buffer.from(data)]);

    it("becomes SPDY streams, stdin's end included", async () => {
      kubelet.onUpgrade = (_, socket) => {
        new SpdyPeer(socket, peer => {
          if (!peer.heard.includes('stdin end')) return;
          assert.deepEqual([...peer.streams.values()].sort(), ['error', 'stderr', 'stdin', 'stdout']);
          peer.send('stdout', peer.heard.join());
          peer.send('stderr', 'noise');
          peer.send('error', success);
          peer.close();
        });
      };
      const { client, closed } = webSocket('/web/exec?command=cat&stdin=true');
      await once(client, 'open');
      assert.equal(client.protocol, 'v5.channel.k8s.io');
      client.send(message(0, 'input'));
      client.send(message(255, 0));
      assert.deepEqual(await closed, ['1 stdin: input,stdin end', '2 noise', `3 ${success}`]);
      assert.equal(kubelet.requests[0]?.line, 'POST /exec/ns/web/c?command=cat&input=1&output=1&error=1');
      await kubeletIsLeft();
    });

    it('a terminal has a resize stream and no stderr; other channels are not written on', async () => {
      kubelet.onUpgrade = (_, socket) => {
        new SpdyPeer(socket, peer => {
          if (peer.heard.length < 1) return;
          assert.deepEqual([...peer.streams.values()].sort(), ['error', 'resize', 'stdin', 'stdout']);
          peer.send('error', JSON.stringify(peer.heard));
          peer.close();
        });
      };
      const { client, closed } = webSocket('/web/exec?command=sh&stdin=true&tty=true');
      await once(client, 'open');
      client.send(message(3, 'not mine'));
      client.send(message(9, 'nobody'));
      client.send(message(4, '{"Width":80}'));
      assert.deepEqual(await closed, [`3 ${JSON.stringify(['resize: {"Width":80}'])}`]);
    });

    it('a kubelet that is lost is told as a failure, never as silence', async () => {
      kubelet.onUpgrade = (_, socket) => {
        new SpdyPeer(socket, peer => peer.streams.size === 3 && peer.close());
      };
      const { closed } = webSocket('/web/exec?command=a');
      const [last] = (await closed).slice(-1);
      const status = JSON.parse(last?.slice(2) ?? '') as { status: string; message: string };
      assert.equal(status.status, 'Failure');
      assert.match(status.message, /closed the connection before the command had ended/);
    });

    it('a client that goes leaves nothing at the kubelet', async () => {
      kubelet.onUpgrade = (_, socket) => void new SpdyPeer(socket, () => undefined);
      const { client } = webSocket('/web/exec?command=sleep');
      await once(client, 'open');
      client.terminate();
      await kubeletIsLeft();
    });

    it("a refusal is the handshake's answer", async () => {
      kubelet.onUpgrade = (_, socket) =>
        void socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 23\r\n\r\ncontainer not found (c)');
      const client = new WebSocket(`ws://127.0.0.1:${port}/web/exec?command=a`, 'v5.channel.k8s.io');
      client.on('error', () => undefined);
      const [, answer] = (await once(client, 'unexpected-response')) as [unknown, IncomingMessage];
      assert.equal(answer.statusCode, 404);
      assert.match(await text(answer), /"message":"container not found \(c\)"/);
    });

    it('port forwarding unwraps the SPDY that is inside', async () => {
      kubelet.onUpgrade = (req, socket) => {
        assert.equal(req.headers['x-stream-protocol-version'], 'portforward.k8s.io');
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n');
        socket.pipe(socket);
      };
      // By hand, for no client library takes this name, which has a slash.
      const headers = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'sec-websocket-protocol': 'SPDY/3.1+portforward.k8s.io',
      };
      const sent = request({ port, path: '/web/portforward', headers, agent: false }).end();
      const [answer, socket] = (await once(sent, 'upgrade')) as [IncomingMessage, Socket];
      assert.equal(answer.headers['sec-websocket-protocol'], 'SPDY/3.1+portforward.k8s.io');
      const maskedWithZeros = Buffer.from('828600000000', 'hex');
      socket.write(Buffer.concat([maskedWithZeros, Buffer.from('frames')]));
      const [frame] = (await once(socket, 'data')) as [Buffer];
      assert.equal(frame.toString('latin1'), '\x82\x06frames');
      socket.destroy();
      await kubeletIsLeft();
    });
  });
});

/** The kubelet's server over TLS: who is let in, logs from files, and streams to a runtime that answers as it is told. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { AnyObject, KubeObject } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { silentLog } from '../../client/testing/log.js';
import { CriError } from '../cri/cri.js';
import { type ContainerView, type RunningServer, startServer } from './index.js';
import { type Authority, createAuthority, type Pair } from './testing/certificates.js';

describe('kubelet/server', function () {
  this.timeout(20_000);
  let authority: Authority;
  let server: RunningServer;
  let runtime: Server;
  let apiServer: Pair;
  let container: ContainerView;
  /** What the runtime was asked for. */
  let asked: unknown[];
  /** What it does with an upgrade. */
  let onUpgrade: (request: IncomingMessage, socket: Duplex) => void;
  /** What the API server says about other callers, and what it was asked. */
  let allowed: boolean | Error;
  let reviews: AnyObject[];
  let checkpointFailure: Error | undefined;

  /** What the API server says about tokens. */
  const tokens = new Map<unknown, object>();

  /** Only reviews are asked of it. */
  const client = {
    async create(_: unknown, review: KubeObject) {
      if (review.kind === 'TokenReview')
        return { ...review, status: tokens.get((review as KubeObject & { spec: { token: string } }).spec.token) };
      reviews.push(review as AnyObject);
      if (allowed instanceof Error) throw allowed;
      return { ...review, status: { allowed } };
    },
  } as unknown as Client;

  before(async () => {
    authority = await createAuthority();
    apiServer = await authority.issue('kube-apiserver-kubelet-client', 'system:masters');
    runtime = createServer((_, response) => void response.writeHead(404).end('unknown token'));
    runtime.on('upgrade', (req, socket) => onUpgrade(req, socket));
    runtime.listen(0, '127.0.0.1');
    await once(runtime, 'listening');
    const streaming = `http://127.0.0.1:${(runtime.address() as AddressInfo).port}`;
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'ns' } };
    const view = () => ({ pod, sandboxId: 'box', containers: [container] });
    server = await startServer({
      cri: {
        async exec(what) {
          asked.push(what);
          return { url: `${streaming}/exec/token` };
        },
        async checkpointContainer(...what) {
          asked.push(what);
          if (checkpointFailure) throw checkpointFailure;
        },
      },
      figures: {
        summary: async () => ({ node: { nodeName: 'lab' }, pods: [] }),
        metrics: async () => 'kubelet_running_pods 1\n',
        resourceMetrics: async () => 'node_memory_working_set_bytes 1\n',
        cadvisorMetrics: async () => 'machine_cpu_cores 2\n',
        probeMetrics: async () => 'prober_probe_total 3\n',
      },
      configuration: { kind: 'KubeletConfiguration', maxPods: 110 },
      checkpoints: join(authority.pkiDir, 'checkpoints'),
      systemLogs: authority.pkiDir,
      podsView: {
        find: (namespace, name) => (`${namespace}/${name}` === 'ns/web' ? view() : undefined),
        list: () => [view()],
      },
      ...{ pkiDir: authority.pkiDir, port: 0, bindAddress: '127.0.0.1', nodeName: 'lab', client, log: silentLog },
    });
  });
  beforeEach(async () => {
    container = { name: 'c', id: '1', state: 'running', logPath: join(authority.pkiDir, '0.log') };
    await writeFile(container.logPath ?? '', '2026-01-01T00:00:00Z stdout F one\n');
    asked = [];
    reviews = [];
    allowed = false;
    onUpgrade = (_, socket) => void socket.destroy();
  });
  after(async () => {
    await server.stop();
    runtime.closeAllConnections();
    runtime.close();
    await rm(authority.pkiDir, { recursive: true });
  });

  const ask = (path: string, as: Pair | 'stranger', headers = {}) =>
    request({
      ...(as === 'stranger' ? {} : as),
      ca: authority.ca,
      host: '127.0.0.1',
      port: server.port,
      path,
      headers,
      agent: false,
    }).end();

  async function answer(
    path: string,
    as: Pair | 'stranger' = apiServer,
    headers = {},
  ): Promise<[number | undefined, string]> {
    const [response] = (await once(ask(path, as, headers), 'response')) as [IncomingMessage];
    return [response.statusCode, await text(response)];
  }

  describe('who is let in', () => {
    it('anybody to /healthz, nobody without a certificate to anything else', async () => {
      assert.deepEqual(await answer('/healthz', 'stranger'), [200, 'ok']);
      const why = 'Unauthorized: a client certificate signed by the cluster CA, or a token, is required';
      assert.deepEqual(await answer('/pods', 'stranger'), [401, why]);
      assert.deepEqual(
        await answer('/exec/ns/web/c?command=a&output=1', 'stranger', { connection: 'Upgrade', upgrade: 'SPDY/3.1' }),
        [401, why],
      );
    });

    it('nobody with a certificate of another authority', async () => {
      const other = await createAuthority();
      const forged = await other.issue('kube-apiserver-kubelet-client', 'system:masters');
      assert.equal((await answer('/pods', forged))[0], 401);
      await rm(other.pkiDir, { recursive: true });
    });

    it('the API server, without being asked about itself', async () => {
      const [code, body] = await answer('/pods');
      assert.equal(code, 200);
      assert.equal((JSON.parse(body) as { items: AnyObject[] }).items[0]?.metadata.name, 'web');
      assert.deepEqual(reviews, []);
    });

    it('others, if the API server says so', async () => {
      const user = await authority.issue('jane', 'dev', 'ops');
      const said = 'Forbidden (user=jane, verb=get, resource=nodes, subresource(s)=[pods proxy])';
      assert.deepEqual(await answer('/pods', user), [403, said]);
      assert.deepEqual(reviews[0]?.spec, {
        user: 'jane',
        groups: ['dev', 'ops', 'system:authenticated'],
        resourceAttributes: { verb: 'get', version: 'v1', resource: 'nodes', subresource: 'pods', name: 'lab' },
      });
      assert.match(JSON.stringify(reviews[1]), /"subresource":"proxy"/);
      allowed = true;
      assert.equal((await answer('/pods', user))[0], 200);
      allowed = new Error('no answer');
      assert.deepEqual(await answer('/pods', user), [403, `${said}: the API server could not be asked: no answer`]);
    });

    it('whoever has a token, if the API server knows it and says so', async () => {
      const user = {
        username: 'prometheus',
        uid: '7',
        groups: ['monitors', 'system:authenticated'],
        extra: { a: ['b'] },
      };
      tokens.set('good', { authenticated: true, user });
      tokens.set('old', { authenticated: false, error: 'it has expired' });
      const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
      const invalid = [401, 'Unauthorized: the token is not valid'];
      assert.deepEqual(await answer('/metrics', 'stranger', bearer('old')), invalid);
      assert.deepEqual(await answer('/metrics', 'stranger', bearer('unknown')), invalid);
      assert.equal((await answer('/metrics', 'stranger', bearer('good')))[0], 403);
      assert.deepEqual(reviews[0]?.spec, {
        user: 'prometheus',
        uid: '7',
        groups: user.groups,
        extra: { a: ['b'] },
        resourceAttributes: { verb: 'get', version: 'v1', resource: 'nodes', subresource: 'metrics', name: 'lab' },
      });
      assert.equal(reviews.length, 1, 'who may see metrics needs no rights to the whole proxy, nor the other way');
      allowed = true;
      assert.deepEqual(await answer('/metrics', 'stranger', bearer('good')), [200, 'kubelet_running_pods 1\n']);
    });

    it('the name alone does not make an API server', async () => {
      assert.equal((await answer('/pods', await authority.issue('kube-apiserver-kubelet-client')))[0], 403);
    });
  });

  it('tells what the node and its pods use, and which pods run', async () => {
    assert.deepEqual(JSON.parse((await answer('/stats/summary'))[1]), { node: { nodeName: 'lab' }, pods: [] });
    assert.deepEqual(await answer('/metrics/resource'), [200, 'node_memory_working_set_bytes 1\n']);
    assert.deepEqual(await answer('/metrics/cadvisor'), [200, 'machine_cpu_cores 2\n']);
    assert.deepEqual(await answer('/metrics/probes'), [200, 'prober_probe_total 3\n']);
    assert.deepEqual(JSON.parse((await answer('/configz'))[1]), {
      kubeletconfig: { kind: 'KubeletConfiguration', maxPods: 110 },
    });
    const { items } = JSON.parse((await answer('/runningpods/'))[1]);
    assert.deepEqual(items, [
      { metadata: { name: 'web', namespace: 'ns', uid: '' }, spec: { containers: [{ name: 'c', image: '' }] } },
    ]);
  });

  describe('checkpoints', () => {
    const post = async (path: string): Promise<[number | undefined, string]> => {
      const sent = request({
        ...apiServer,
        ca: authority.ca,
        host: '127.0.0.1',
        port: server.port,
        path,
        method: 'POST',
      });
      const [response] = (await once(sent.end(), 'response')) as [IncomingMessage];
      return [response.statusCode, await text(response)];
    };

    it('of a container are asked of the runtime, and it is told where they are', async () => {
      const [code, body] = await post('/checkpoint/ns/web/c?timeout=7');
      const [archive = ''] = (JSON.parse(body) as { items: string[] }).items;
      assert.equal(code, 200);
      assert.match(archive, /\/checkpoints\/checkpoint-web_ns-c-\d{4}-\d\d-\d\dT[\d:]+Z\.tar$/);
      assert.deepEqual(asked, [['1', archive, 7]]);
    });

    it('that the runtime cannot make are refused in its words', async () => {
      checkpointFailure = new CriError('CheckpointContainer', 12, 'unknown method CheckpointContainer');
      const why =
        'checkpointing of ns/web/c failed (rpc error: code = Unimplemented desc = unknown method CheckpointContainer)';
      assert.deepEqual(await post('/checkpoint/ns/web/c'), [500, why]);
      checkpointFailure = undefined;
    });

    it('of what is not there are refused', async () => {
      assert.equal((await post('/checkpoint/ns/none/c'))[0], 404);
      assert.equal((await post('/checkpoint/ns/web/d'))[0], 404);
      assert.deepEqual(await post('/checkpoint/ns/web/c?timeout=x'), [
        400,
        'cannot parse value of timeout parameter: "x"',
      ]);
      assert.deepEqual(asked, []);
    });
  });

  describe('logs', () => {
    it('of a container', async () => {
      assert.deepEqual(await answer('/containerLogs/ns/web/c'), [200, 'one\n']);
      assert.deepEqual(await answer('/containerLogs/ns/web/c?timestamps=true'), [200, '2026-01-01T00:00:00Z one\n']);
    });

    it('of the machine', async () => {
      assert.deepEqual(await answer('/logs/0.log'), [200, '2026-01-01T00:00:00Z stdout F one\n']);
      assert.match((await answer('/logs/'))[1], /href="\.\/0\.log"/);
      assert.deepEqual(await answer('/logs/nothing'), [404, '404 page not found']);
    });

    it('what is wrong is said', async () => {
      assert.equal((await answer('/containerLogs/ns/nope/c'))[0], 404);
      assert.equal((await answer('/containerLogs/ns/web/c?tailLines=x'))[0], 400);
      container = { name: 'c', state: 'waiting', waitingReason: 'ContainerCreating' };
      const why = 'container "c" in pod "web" is waiting to start: ContainerCreating';
      assert.deepEqual(await answer('/containerLogs/ns/web/c'), [400, why]);
      container = { name: 'c', id: '1', state: 'running', logPath: '/nowhere/0.log' };
      const [code, body] = await answer('/containerLogs/ns/web/c');
      assert.equal(code, 500);
      assert.match(body, /^failed to open log file "\/nowhere\/0\.log": ENOENT/);
    });

    it('are followed until the container ends', async () => {
      const [response] = (await once(ask('/containerLogs/ns/web/c?follow=true', apiServer), 'response')) as [
        IncomingMessage,
      ];
      const whole = text(response);
      await appendFile(container.logPath ?? '', '2026-01-01T00:00:01Z stdout F two\n');
      container = { ...container, state: 'terminated' };
      assert.equal(await whole, 'one\ntwo\n');
    });
  });

  describe('streams', () => {
    const upgrade = { connection: 'Upgrade', upgrade: 'SPDY/3.1' };
    const path = '/exec/ns/web/c?command=sh&command=-c&input=1&output=1';

    it('are tunnelled to where the runtime serves them', async () => {
      const seen: (string | undefined)[] = [];
      onUpgrade = (req, socket) => {
        seen.push(req.url, req.headers['x-stream-protocol-version'] as string);
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\nfirst ');
        socket.pipe(socket);
      };
      const headers = { ...upgrade, 'x-stream-protocol-version': ['v4.channel.k8s.io', 'v3.channel.k8s.io'] };
      const sent = ask(path, apiServer, headers);
      const [, socket, first] = (await once(sent, 'upgrade')) as [unknown, Duplex, Buffer];
      let heard = first.toString();
      socket.write('echo');
      while (heard !== 'first echo') heard += String((await once(socket, 'data'))[0]);
      assert.deepEqual(asked, [
        { containerId: '1', cmd: ['sh', '-c'], tty: false, stdin: true, stdout: true, stderr: false },
      ]);
      assert.deepEqual(seen, ['/exec/token', 'v4.channel.k8s.io, v3.channel.k8s.io']);
      socket.end();
      await once(socket, 'close');
    });

    it('a runtime that refuses is quoted, and nothing stays open', async () => {
      onUpgrade = (_, socket) => void socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\ngone\n');
      assert.deepEqual(await answer(path, apiServer, upgrade), [404, 'gone']);
    });

    it('a runtime that does not answer is named', async () => {
      const [code, body] = await answer(path, apiServer, upgrade);
      assert.equal(code, 502);
      assert.match(body, /^the container runtime's streaming server at 127\.0\.0\.1:\d+ failed: /);
    });

    const wrong: [string, string, object, number, RegExp][] = [
      ['no upgrade', path, {}, 400, /^Upgrade request required$/],
      ['no command', '/exec/ns/web/c?output=1', upgrade, 400, /^no command was given$/],
      ['no stream', '/exec/ns/web/c?command=a', upgrade, 400, /at least 1 of stdin, stdout, stderr/],
      ['no such container', '/exec/ns/web/d?command=a&output=1', upgrade, 404, /^container not found \("d"\)$/],
      ['what this runtime cannot do', '/attach/ns/web/c?output=1', upgrade, 501, /^attach is not supported/],
      ['what cannot be upgraded', '/pods', upgrade, 400, /cannot be upgraded/],
    ];
    for (const [what, where, headers, code, message] of wrong) {
      it(`${what}: ${code}`, async () => {
        const [status, body] = await answer(where, apiServer, headers);
        assert.equal(status, code);
        assert.match(body, message);
        assert.deepEqual(asked, []);
      });
    }
  });
});

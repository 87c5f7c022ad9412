/** Probes and hooks that ask a server: over HTTP, over TLS, over gRPC. The servers are in this process. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { createServer as createPlain, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import type { Container, Pod, PodSpec } from '../../../api/types.js';
import { events } from '../../../client/resources.js';
import { createAuthority } from '../../server/testing/certificates.js';
import { busybox, eventually, idle, isReady, TestNode } from '../node.js';

describe('a pod whose server is asked', function () {
  this.timeout(120_000);
  let node: TestNode;
  let pkiDir: string;
  let plain: Server;
  let secure: Server;
  /** What was asked: 'GET /path', with the headers. */
  let asked: { what: string; isSecure: boolean; headers: IncomingMessage['headers'] }[] = [];
  /** By the path. */
  let answers: Record<string, number> = {};

  before(async () => {
    const authority = await createAuthority();
    pkiDir = authority.pkiDir;
    // By a name that nobody asks for: Kubernetes' probes do not look at certificates.
    const pair = await authority.issue('somebody.example');
    const answer =
      (isSecure: boolean): RequestListener =>
      (request, response) => {
        asked.push({ what: `${request.method} ${request.url}`, isSecure, headers: request.headers });
        response.writeHead(answers[request.url ?? ''] ?? 404).end();
      };
    const listening = async (server: Server): Promise<Server> => {
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
      return server;
    };
    plain = await listening(createPlain(answer(false)));
    secure = await listening(createSecure(pair, answer(true)));
    node = await TestNode.start();
  });
  beforeEach(() => {
    asked = [];
    answers = {};
  });
  after(async () => {
    await node?.remove();
    plain.close();
    secure.close();
    rmSync(pkiDir, { recursive: true });
  });

  const portOf = (server: Server): number => (server.address() as AddressInfo).port;
  /** In the node's own network, as its server is. */
  const onHost = (container: Partial<Container>): PodSpec => ({
    hostNetwork: true,
    containers: [busybox('c', idle, container)],
  });
  const eventOf = (name: string, pattern: RegExp) =>
    eventually(
      `there is an event of ${name} like ${pattern}`,
      async () => (await node.api.list(events, { namespace: 'default' })).items,
      all => all.some(e => e.involvedObject.name === name && pattern.test(`${e.reason}: ${e.message}`)),
    );
  const restarts = (pod: Pod): number => pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
  const end = async (name: string): Promise<void> => {
    await node.delete(name);
    await node.gone(name);
  };

  describe('over HTTP', () => {
    const quick = { periodSeconds: 1, timeoutSeconds: 20, failureThreshold: 1 };

    it('is ready by what it answers, with the headers that it wants', async () => {
      answers = { '/ready?deep=yes': 503 };
      const httpHeaders = [
        { name: 'Host', value: 'web.example' },
        { name: 'X-Why', value: 'a' },
        { name: 'X-Why', value: 'b' },
      ];
      const get = { port: portOf(plain), path: '/ready?deep=yes', httpHeaders };
      await node.create('plain', onHost({ readinessProbe: { httpGet: get, ...quick } }));
      await eventOf('plain', /^Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503$/);
      answers = { '/ready?deep=yes': 204 };
      await node.ready('plain');
      const { what, headers } = asked[0] ?? {};
      assert.equal(what, 'GET /ready?deep=yes');
      assert.deepEqual([headers?.host, headers?.['x-why'], headers?.accept], ['web.example', 'a, b', '*/*']);
      assert.match(headers?.['user-agent'] ?? '', /^kube-probe\/1\./);
      answers = {};
      await node.until('plain', 'not ready', pod => !isReady(pod));
      await end('plain');
    });

    it('over TLS, whatever its certificate says; and lives by it', async () => {
      answers = { '/live': 200 };
      const httpGet = { port: portOf(secure), path: '/live', scheme: 'HTTPS' };
      await node.create(
        'secure',
        onHost({ livenessProbe: { httpGet, ...quick }, readinessProbe: { httpGet, ...quick } }),
      );
      await node.ready('secure');
      assert.ok(asked.every(({ isSecure, what }) => isSecure && what === 'GET /live'));
      answers = { '/live': 500 };
      await node.until('secure', 'started again', pod => restarts(pod) > 0);
      await eventOf('secure', /^Killing: Container c failed liveness probe, will be restarted$/);
      await end('secure');
    });

    it('at another host than its own', async () => {
      answers = { '/': 200 };
      const httpGet = { host: '127.0.0.1', port: portOf(plain) };
      await node.create('elsewhere', { containers: [busybox('c', idle, { readinessProbe: { httpGet, ...quick } })] });
      const pod = await node.ready('elsewhere');
      assert.notEqual(pod.status?.podIP, '127.0.0.1');
      await end('elsewhere');
    });

    it('is told of its start and of its end', async () => {
      answers = { '/started': 200, '/stopping': 200 };
      const httpHeaders = [{ name: 'X-Key', value: 'k' }];
      const hook = (path: string) => ({ httpGet: { port: portOf(secure), path, scheme: 'HTTPS', httpHeaders } });
      await node.create('told', onHost({ lifecycle: { postStart: hook('/started'), preStop: hook('/stopping') } }));
      await node.ready('told');
      assert.deepEqual(
        asked.map(({ what, headers }) => [what, headers['x-key']]),
        [['GET /started', 'k']],
      );
      await end('told');
      assert.deepEqual(
        asked.map(({ what }) => what),
        ['GET /started', 'GET /stopping'],
      );
    });

    it('that fails to answer its start is killed and tried again; one that fails at its end ends all the same', async () => {
      const hook = (path: string) => ({ httpGet: { port: portOf(plain), path } });
      await node.create('refuses', onHost({ lifecycle: { postStart: hook('/started') } }));
      await eventOf('refuses', /^FailedPostStartHook: PostStartHook failed: http request failed: .*404/);
      await node.until('refuses', 'started again', pod => restarts(pod) > 0);
      await end('refuses');
      await node.create('sulks', onHost({ lifecycle: { preStop: hook('/stopping') } }));
      await node.ready('sulks');
      await end('sulks');
      await eventOf('sulks', /^FailedPreStopHook: PreStopHook failed: http request failed: .*404/);
    });
  });

  describe('over gRPC', () => {
    /** grpc.health.v1, written by hand: its messages have one field each. */
    let states: Record<string, number | 'silent'> = {};
    const serving = 1;
    const notServing = 2;
    let server: grpc.Server;
    let port: number;
    before(async () => {
      server = new grpc.Server();
      const check: grpc.UntypedHandleCall = (
        call: grpc.ServerUnaryCall<{ service: string }, number>,
        answer: grpc.sendUnaryData<number>,
      ) => {
        const state = states[call.request.service];
        if (state === undefined) answer({ code: grpc.status.NOT_FOUND, details: 'unknown service' });
        else if (state !== 'silent') answer(null, state);
      };
      const method = {
        path: '/grpc.health.v1.Health/Check',
        requestStream: false,
        responseStream: false,
        requestSerialize: () => Buffer.alloc(0),
        requestDeserialize: (bytes: Buffer) => ({ service: bytes.subarray(2).toString() }),
        responseSerialize: (state: number) => Buffer.from([0x08, state]),
        responseDeserialize: () => 0,
      };
      server.addService({ check: method }, { check });
      port = await new Promise((resolve, reject) =>
        server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
          error ? reject(error) : resolve(bound),
        ),
      );
    });
    after(() => server.forceShutdown());

    it('is ready while its service serves', async () => {
      states = { '': serving, web: notServing };
      const of = (service: string) => ({
        grpc: { port, service },
        periodSeconds: 1,
        timeoutSeconds: 20,
        failureThreshold: 1,
      });
      await node.create('served', onHost({ readinessProbe: of('web') }));
      await eventOf(
        'served',
        /^Unhealthy: Readiness probe failed: service unhealthy \(responded with "NOT_SERVING"\)$/,
      );
      states = { web: serving };
      await node.ready('served');
      states = {};
      await node.until('served', 'not ready', pod => !isReady(pod));
      await eventOf('served', /^Unhealthy: Readiness probe failed: error: health rpc failed: unknown service$/);
      await end('served');
    });

    it('starts, lives and is started again by it', async () => {
      states = { '': notServing };
      const of = (failureThreshold: number) => ({
        grpc: { port },
        periodSeconds: 1,
        timeoutSeconds: 1,
        failureThreshold,
      });
      await node.create('lives', onHost({ startupProbe: of(100), livenessProbe: of(2) }));
      const starting = await node.until('lives', 'running', pod => pod.status?.phase === 'Running');
      assert.equal(starting.status?.containerStatuses?.[0]?.started, false);
      states = { '': serving };
      await node.ready('lives');
      states = { '': 'silent' };
      await eventually(
        'its probes are counted',
        () => node.figures.probeMetrics(),
        text =>
          /^prober_probe_total\{container="c",pod="lives",.*probe_type="Liveness",result="failed"\} [12]$/m.test(text),
      );
      await eventOf(
        'lives',
        /^Unhealthy: Liveness probe failed: timeout: failed to connect service "127\.0\.0\.1:\d+" within 1s/,
      );
      await node.until('lives', 'started again', pod => restarts(pod) > 0);
      await end('lives');
    });
  });
});

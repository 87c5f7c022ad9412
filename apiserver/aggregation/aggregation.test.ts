import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { systemClock } from '../../api/clock.js';
import { issueAuthority, issuer } from '../pki/issue.js';
import { newPrivateKey } from '../pki/keys.js';
import { startTestCluster, type TestCluster } from '../testing/cluster.js';

const apiservices = '/apis/apiregistration.k8s.io/v1/apiservices';
const path = '/apis/moons.example.com/v1';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Tries until it holds, for ten seconds at most. */
async function until(holds: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, what);
    await systemClock.sleep(50);
  }
}

describe('an aggregated API server', function () {
  this.timeout(30_000);
  let cluster: TestCluster;
  let backend: Server;
  let ca: string;
  let port: number;
  const asked: { url: string; headers: IncomingHttpHeaders; peer: string }[] = [];
  /** How the server behind answers a request, and one for another protocol. */
  let respond: (request: IncomingMessage, response: ServerResponse) => void;
  let upgrade: (socket: Duplex) => void;

  const list = {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: 'moons.example.com/v1',
    resources: [
      {
        name: 'moons',
        singularName: 'moon',
        kind: 'Moon',
        namespaced: true,
        verbs: ['get', 'list'],
        shortNames: ['mo'],
      },
    ],
  };

  const options = (target: string, method: string, headers: Record<string, string> = {}) => {
    const { kubeletClient } = cluster.pki;
    const [authority, cert, key] = [cluster.pki.ca.cert, kubeletClient.cert, kubeletClient.key].map(file =>
      readFileSync(file),
    );
    return {
      host: '127.0.0.1',
      port: cluster.server.port,
      path: target,
      method,
      headers,
      ca: authority as Buffer,
      cert: cert as Buffer,
      key: key as Buffer,
      agent: false as const,
    };
  };
  const ask = (line: string, body?: object, headers?: Record<string, string>): Promise<Answer> => {
    const [method = '', target = ''] = line.split(' ');
    return new Promise((resolve, reject) => {
      const sent = request(
        options(target, method, { 'content-type': 'application/json', ...headers }),
        async response => {
          let text = '';
          for await (const chunk of response) text += chunk;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        },
      );
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  };
  const condition = async (): Promise<string> => {
    const { status } = JSON.parse((await ask(`GET ${apiservices}/v1.moons.example.com`)).text);
    const found = status?.conditions?.[0];
    return found ? `${found.status} ${found.reason}: ${found.message}` : '';
  };
  const register = (change: object = {}): Promise<Answer> =>
    ask(`POST ${apiservices}`, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1.moons.example.com' },
      spec: {
        group: 'moons.example.com',
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { namespace: 'default', name: 'moons', port },
        caBundle: Buffer.from(ca).toString('base64'),
        ...change,
      },
    });

  before(async () => {
    cluster = await startTestCluster();
    const key = newPrivateKey();
    ca = await issueAuthority('moons-ca', key, Date.now());
    const issue = await issuer(ca, key, Date.now());
    const tls = await issue({ commonName: 'moons', usages: ['serverAuth'], addresses: ['moons.default.svc'] });
    const proxyCa = readFileSync(cluster.pki.frontProxyCa.cert);
    backend = createServer(
      { ...tls, requestCert: true, rejectUnauthorized: true, ca: proxyCa },
      (incoming, response) => {
        const peer = (incoming.socket as TLSSocket).getPeerCertificate().subject.CN as string;
        asked.push({ url: incoming.url ?? '', headers: incoming.headers, peer });
        if (incoming.url === path) response.end(JSON.stringify(list));
        else respond(incoming, response);
      },
    );
    backend.on('upgrade', (_request, socket) => upgrade(socket));
    await new Promise<void>(resolve => backend.listen(0, '127.0.0.1', resolve));
    port = (backend.address() as AddressInfo).port;
    const service = { type: 'ExternalName', externalName: 'localhost' };
    await ask('POST /api/v1/namespaces/default/services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'moons' },
      spec: service,
    });
  });
  after(async () => {
    await cluster.remove();
    backend.closeAllConnections();
    await new Promise(resolve => backend.close(resolve));
  });

  it('stands beside the versions that are served here, which register themselves', async () => {
    const { items } = JSON.parse((await ask(`GET ${apiservices}`)).text);
    const names = items.map((item: { metadata: { name: string } }) => item.metadata.name);
    for (const name of ['v1.', 'v1.apps', 'v1.rbac.authorization.k8s.io', 'v1beta1.discovery.k8s.io'])
      assert.ok(names.includes(name), name);
    const core = items.find((item: { metadata: { name: string } }) => item.metadata.name === 'v1.');
    assert.deepEqual(core.spec, { version: 'v1', groupPriorityMinimum: 18000, versionPriority: 1 });
    assert.equal(core.status.conditions[0].reason, 'Local');
    assert.equal((await ask(`GET ${path}/namespaces/default/moons`)).status, 404);
  });

  it("is asked in the user's name, by the front proxy", async () => {
    assert.equal((await register()).status, 201);
    await until(async () => (await condition()).startsWith('True Passed'), 'it becomes available');
    respond = (_request, response) =>
      response.setHeader('content-type', 'application/json').end('{"kind":"MoonList","items":[]}');
    const answer = await ask(`GET ${path}/namespaces/default/moons?limit=5`, undefined, {
      'x-remote-user': 'eve',
      'audit-id': 'a1',
    });
    assert.deepEqual([answer.status, JSON.parse(answer.text).kind], [200, 'MoonList']);
    const seen = asked.at(-1);
    assert.equal(seen?.url, `${path}/namespaces/default/moons?limit=5`);
    assert.equal(seen?.peer, 'front-proxy-client');
    assert.deepEqual(
      [seen?.headers['x-remote-user'], seen?.headers['x-remote-group'], seen?.headers.authorization],
      ['kube-apiserver-kubelet-client', 'system:masters, system:authenticated', undefined],
    );
    const groups = JSON.parse((await ask('GET /apis')).text).groups;
    assert.ok(groups.some((group: { name: string }) => group.name === 'moons.example.com'));
    assert.deepEqual(JSON.parse((await ask(`GET ${path}`)).text), list);
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const { items } = JSON.parse((await ask('GET /apis', undefined, { accept })).text);
    const found = items.find((item: { metadata: { name: string } }) => item.metadata.name === 'moons.example.com');
    assert.equal(found.versions[0].resources[0].responseKind.kind, 'Moon');
  });

  it('describes itself, where this server says what there is', async () => {
    respond = (_request, response) => response.end('{"openapi":"3.0.0"}');
    const { paths } = JSON.parse((await ask('GET /openapi/v3')).text);
    const link = paths['apis/moons.example.com/v1'].serverRelativeURL;
    assert.equal((await ask(`GET ${link}`)).text, '{"openapi":"3.0.0"}');
    assert.equal(asked.at(-1)?.url, link);
    const schema = { $ref: '#/definitions/com.example.Moon' };
    const kind = { group: 'moons.example.com', version: 'v1', kind: 'Moon' };
    const document = {
      swagger: '2.0',
      paths: { [`${path}/moons`]: { get: { responses: { 200: { description: 'OK', schema } } } } },
      definitions: { 'com.example.Moon': { type: 'object', 'x-kubernetes-group-version-kind': [kind] } },
    };
    respond = (incoming, response) =>
      response.end(incoming.url === '/openapi/v2' ? JSON.stringify(document) : 'not asked for');
    const whole = JSON.parse((await ask('GET /openapi/v2')).text);
    assert.deepEqual(whole.paths[`${path}/moons`], document.paths[`${path}/moons`]);
    assert.deepEqual(whole.definitions['com.example.Moon'], document.definitions['com.example.Moon']);
    assert.ok(whole.definitions['io.k8s.api.core.v1.Pod']);
    const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    assert.match((await ask('GET /openapi/v2', undefined, { accept })).text, /com\.example\.Moon/);
    assert.equal(asked.filter(({ url }) => url === '/openapi/v2').length, 1, 'not at every question');
  });

  it('gets bodies, and its refusals are passed on', async () => {
    respond = (incoming, response) => {
      let body = '';
      incoming.on('data', chunk => (body += chunk));
      incoming.on('end', () => response.writeHead(422, { 'content-type': 'application/json' }).end(body));
    };
    const answer = await ask(`POST ${path}/namespaces/default/moons`, { kind: 'Moon' });
    assert.deepEqual([answer.status, answer.text], [422, '{"kind":"Moon"}']);
  });

  it('cannot send the client elsewhere (CVE-2022-3172, CVE-2020-8559)', async () => {
    const before = asked.length;
    respond = (_request, response) =>
      response.writeHead(302, { location: `https://localhost:${port}/elsewhere` }).end('look there');
    const answer = await ask(`GET ${path}/namespaces/default/moons/luna`);
    assert.deepEqual([answer.status, answer.headers.location], [502, undefined]);
    assert.match(answer.text, /the backend attempted to redirect this request, which is not permitted/);
    assert.equal(asked.length, before + 1, 'nobody went there');
  });

  /** Asks for another protocol; answers what came back, and whether the connection was ended. */
  const upgraded = (): Promise<{ status: number; text: string; socket: Socket; ended: Promise<void> }> =>
    new Promise((resolve, reject) => {
      const sent = request(
        options(`${path}/namespaces/default/moons/luna/watch`, 'GET', { connection: 'Upgrade', upgrade: 'echo/1' }),
      );
      sent.on('error', reject);
      sent.on('upgrade', (response, socket, head) => {
        const ended = new Promise<void>(done => socket.on('close', () => done()));
        resolve({ status: response.statusCode ?? 0, text: head.toString(), socket: socket as Socket, ended });
      });
      sent.on('response', async response => {
        const { socket } = response;
        const ended = new Promise<void>(done => (socket.destroyed ? done() : socket.on('close', () => done())));
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode ?? 0, text, socket, ended });
      });
      sent.end();
    });

  it('may change the protocol, and then both sides hear each other', async () => {
    upgrade = socket => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\n\r\n');
      socket.on('data', chunk => socket.write(`heard ${chunk}`));
      socket.on('error', () => undefined);
    };
    const { status, socket, ended } = await upgraded();
    assert.equal(status, 101);
    const heard = new Promise<string>(resolve => socket.once('data', chunk => resolve(String(chunk))));
    socket.write('hello');
    assert.equal(await heard, 'heard hello');
    socket.destroy();
    await ended;
  });

  const refusals: [string, string, number, RegExp][] = [
    ['refuses', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno', 403, /^no$/],
    ['answers as if nothing had been asked', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 200, /^ok$/],
    [
      'redirects',
      'HTTP/1.1 302 Found\r\nLocation: https://elsewhere/\r\nContent-Length: 0\r\n\r\n',
      502,
      /not permitted/,
    ],
  ];
  for (const [name, answer, code, text] of refusals) {
    it(`that ${name} leaves no tunnel behind (CVE-2018-1002105)`, async () => {
      const heard: string[] = [];
      let closed = false;
      upgrade = socket => {
        socket.on('data', chunk => heard.push(String(chunk)));
        socket.on('close', () => {
          closed = true;
        });
        socket.on('error', () => undefined);
        socket.write(answer);
      };
      const { status, text: said, socket, ended } = await upgraded();
      assert.equal(status, code);
      assert.match(said, text);
      if (!socket.destroyed) socket.write('GET /api/v1/secrets HTTP/1.1\r\nHost: x\r\nX-Remote-User: root\r\n\r\n');
      await ended;
      await until(() => closed, 'the connection behind is closed');
      assert.deepEqual(heard, [], 'nothing more was heard there');
    });
  }

  it('that cannot be reached is refused with 503, and says why in its condition', async () => {
    await ask(
      `PATCH ${apiservices}/v1.moons.example.com`,
      { spec: { caBundle: null } },
      { 'content-type': 'application/merge-patch+json' },
    );
    await until(
      async () => (await condition()).startsWith('False FailedDiscoveryCheck'),
      'an unknown authority is not believed',
    );
    const answer = await ask(`GET ${path}/namespaces/default/moons`);
    assert.deepEqual([answer.status, JSON.parse(answer.text).reason], [503, 'ServiceUnavailable']);
    await ask('DELETE /api/v1/namespaces/default/services/moons');
    await until(
      async () => (await condition()) === 'False ServiceNotFound: service/moons in "default" is not present',
      'the service is missed',
    );
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    assert.equal((await ask('GET /apis', undefined, { accept })).status, 200);
    await ask(`DELETE ${apiservices}/v1.moons.example.com`);
    await until(async () => (await ask(`GET ${path}`)).status === 404, 'the version is gone');
  });

  it('cannot take over what is served here', async () => {
    await ask(
      `PATCH ${apiservices}/v1.apps`,
      { spec: { service: { namespace: 'default', name: 'moons' } } },
      { 'content-type': 'application/merge-patch+json' },
    );
    const answer = await ask('GET /apis/apps/v1/deployments');
    assert.deepEqual([answer.status, JSON.parse(answer.text).kind], [200, 'DeploymentList']);
  });

  const wrong: [string, object, RegExp][] = [
    [
      'priority',
      { groupPriorityMinimum: 0 },
      /spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000/,
    ],
    [
      'trust',
      { insecureSkipTLSVerify: true },
      /spec.insecureSkipTLSVerify: Forbidden: may not be true if caBundle is present/,
    ],
    [
      'name',
      { version: 'v2' },
      /metadata.name: Invalid value: "v1.moons.example.com": must be `spec.version\+"."\+spec.group`/,
    ],
  ];
  for (const [name, change, expected] of wrong) {
    it(`is refused: ${name}`, async () => {
      const { status, text } = await register(change);
      assert.equal(status, 422);
      assert.match(JSON.parse(text).message, expected);
    });
  }
});

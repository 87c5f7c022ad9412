import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { startTestCluster, type TestCluster } from './testing/cluster.js';

interface Answer {
  code: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

describe('the server over TLS', function () {
  this.timeout(120_000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await startTestCluster();
  });
  after(() => cluster.remove());

  const tls = (as?: 'admin') => {
    const { ca, kubeletClient } = cluster.pki;
    const files = as ? { cert: readFileSync(kubeletClient.cert), key: readFileSync(kubeletClient.key) } : {};
    return { ca: readFileSync(ca.cert), ...files };
  };

  function overHttp1(
    path: string,
    options: { as?: 'admin'; method?: string; headers?: object; body?: string | Buffer } = {},
  ): Promise<Answer> {
    const { as, method = 'GET', headers = {}, body } = options;
    return new Promise((resolve, reject) => {
      const sent = request(
        `${cluster.url}${path}`,
        { ...tls(as), method, headers: headers as never, agent: false },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', chunk => chunks.push(chunk));
          response.on('end', () =>
            resolve({ code: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  function overHttp2(paths: string[], headers: Record<string, string> = {}): Promise<Answer[]> {
    const session = connect(cluster.url, tls('admin'));
    const one = (path: string): Promise<Answer> =>
      new Promise((resolve, reject) => {
        const stream = session.request({ ':path': path, ...headers });
        const chunks: Buffer[] = [];
        let head: Record<string, unknown> = {};
        stream.on('response', received => {
          head = received;
        });
        stream.on('data', chunk => chunks.push(chunk));
        stream.on('error', reject);
        stream.on('end', () =>
          resolve({ code: Number(head[':status']), headers: head as never, body: Buffer.concat(chunks) }),
        );
      });
    return Promise.all(paths.map(one)).finally(() => session.close());
  }

  const text = ({ body }: Answer): string => body.toString();
  const json = (answer: Answer) => JSON.parse(text(answer));

  for (const path of ['/healthz', '/livez', '/readyz']) {
    it(`says ok to anybody at ${path}`, async () => {
      assert.equal(text(await overHttp1(path)), 'ok');
      assert.match(text(await overHttp1(`${path}?verbose`)), /\[\+\]ping ok\n\[\+\]etcd ok\n/);
    });
  }

  it('says of each check what Kubernetes calls it by', async () => {
    const hook = 'poststarthook/rbac/bootstrap-roles';
    assert.match(text(await overHttp1('/readyz?verbose')), new RegExp(`^\\[\\+\\]${hook} ok$`, 'm'));
    assert.match(text(await overHttp1(`/readyz?verbose&exclude=${hook}`)), /bootstrap-roles excluded: ok$/m);
    assert.equal(text(await overHttp1(`/readyz/${hook}`, { as: 'admin' })), 'ok');
    assert.equal(text(await overHttp1('/livez/ping', { as: 'admin' })), 'ok');
    assert.equal((await overHttp1('/readyz/poststarthook/rbac', { as: 'admin' })).code, 404);
  });

  it('tells anybody its version, and nothing else', async () => {
    assert.equal(json(await overHttp1('/version')).gitVersion, 'v1.36.0+orrery');
    const refused = await overHttp1('/api/v1/namespaces');
    assert.equal(refused.code, 403);
    assert.match(
      json(refused).message,
      /^namespaces is forbidden: User "system:anonymous" cannot list resource "namespaces"/,
    );
    assert.equal((await overHttp1('/metrics')).code, 403);
  });

  it('knows who has a certificate of the cluster', async () => {
    const list = json(await overHttp1('/api/v1/namespaces', { as: 'admin' }));
    const names = list.items.map((item: { metadata: { name: string } }) => item.metadata.name);
    assert.deepEqual(names, ['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  });

  it('says 401 to a token that is none, and to a certificate of somebody else’s', async () => {
    assert.equal((await overHttp1('/api/v1/pods', { headers: { authorization: 'Bearer nonsense' } })).code, 401);
    const other = await startTestCluster();
    const { kubeletClient } = other.pki;
    const code = await new Promise(resolve => {
      const foreign = { cert: readFileSync(kubeletClient.cert), key: readFileSync(kubeletClient.key) };
      request(`${cluster.url}/api/v1/pods`, { ...tls(), ...foreign }, response => resolve(response.statusCode)).end();
    });
    assert.equal(code, 401);
    await other.remove();
  });

  it('starts with the service of its own address', async () => {
    const read = async (path: string) => json(await overHttp1(path, { as: 'admin' }));
    const service = await read('/api/v1/namespaces/default/services/kubernetes');
    assert.deepEqual([service.spec.clusterIP, service.spec.ports[0].port], ['10.96.0.1', 443]);
    const { port } = cluster.server;
    const endpoints = await read('/api/v1/namespaces/default/endpoints/kubernetes');
    assert.deepEqual(endpoints.subsets, [
      { addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'https', port, protocol: 'TCP' }] },
    ]);
    const slice = await read('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes');
    assert.deepEqual([slice.endpoints[0].addresses, slice.ports[0].port], [['127.0.0.1'], port]);
  });

  it('answers many requests of one HTTP/2 connection', async () => {
    const paths = [
      '/api/v1/namespaces',
      '/version',
      '/apis',
      '/api/v1/nodes',
      '/healthz',
      '/nothing',
      '/api/v1/nothing',
    ];
    const answers = await overHttp2(paths);
    assert.deepEqual(
      answers.map(({ code }) => code),
      [200, 200, 200, 200, 200, 404, 404],
    );
    assert.equal(text(answers[5] as Answer), '404 page not found\n');
    assert.equal(json(answers[6] as Answer).message, 'the server could not find the requested resource');
    assert.ok(answers.every(({ headers }) => headers['audit-id']));
  });

  it('has documents with tags, compressed for who takes that', async () => {
    const first = await overHttp1('/api/v1', { as: 'admin', headers: { 'accept-encoding': 'gzip' } });
    assert.equal(first.headers['content-encoding'], 'gzip');
    assert.equal(JSON.parse(gunzipSync(first.body).toString()).kind, 'APIResourceList');
    const again = await overHttp1('/api/v1', { as: 'admin', headers: { 'if-none-match': String(first.headers.etag) } });
    assert.deepEqual([again.code, again.body.length], [304, 0]);
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const aggregated = await overHttp1('/apis', { as: 'admin', headers: { accept } });
    assert.equal(json(aggregated).kind, 'APIGroupDiscoveryList');
    assert.equal(
      aggregated.headers['content-type'],
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    );
  });

  it('compresses what is long, for who takes that, over either protocol', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    const headers = { 'accept-encoding': 'deflate, gzip;q=0.5' };
    const short = await overHttp1(path, { as: 'admin', headers });
    assert.equal(short.headers['content-encoding'], undefined);
    for (const name of ['long-1', 'long-2']) {
      const body = JSON.stringify({ metadata: { name }, data: { text: name.repeat(20_000) } });
      assert.equal((await overHttp1(path, { as: 'admin', method: 'POST', body })).code, 201);
    }
    const answers = [await overHttp1(path, { as: 'admin', headers }), ...(await overHttp2([path], headers))];
    for (const answer of answers) {
      assert.deepEqual([answer.code, answer.headers['content-encoding']], [200, 'gzip']);
      const { items } = JSON.parse(gunzipSync(answer.body).toString());
      assert.ok(items.some((item: { data: { text: string } }) => item.data.text === 'long-2'.repeat(20_000)));
    }
    const plain = await overHttp1(path, { as: 'admin', headers: { 'accept-encoding': 'gzip;q=0' } });
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.ok(json(plain).items.length >= 2);
    for (const name of ['long-1', 'long-2']) await overHttp1(`${path}/${name}`, { as: 'admin', method: 'DELETE' });
  });

  it('describes its kinds in OpenAPI', async () => {
    const v2 = json(await overHttp1('/openapi/v2', { as: 'admin' }));
    assert.ok(v2.definitions['io.k8s.api.core.v1.Pod']);
    const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    const binary = await overHttp1('/openapi/v2', { as: 'admin', headers: { accept } });
    assert.deepEqual([binary.code, binary.body.subarray(0, 5).toString()], [200, '\n\x032.0']);
    const { paths } = json(await overHttp1('/openapi/v3', { as: 'admin' }));
    const v3 = json(await overHttp1(paths['api/v1'].serverRelativeURL, { as: 'admin' }));
    assert.ok(v3.components.schemas['io.k8s.api.core.v1.Pod']);
    assert.equal((await overHttp1('/openapi/v3/api/v9', { as: 'admin' })).code, 404);
    assert.equal((await overHttp1('/openapi/v2', { as: 'admin', headers: { accept: 'text/html' } })).code, 406);
  });

  it('says how its tokens are checked', async () => {
    const { jwks_uri: uri, issuer } = json(await overHttp1('/.well-known/openid-configuration', { as: 'admin' }));
    assert.equal(issuer, 'https://kubernetes.default.svc.cluster.local');
    const keys = await overHttp1(new URL(uri).pathname, { as: 'admin' });
    assert.deepEqual([keys.headers['content-type'], json(keys).keys.length], ['application/jwk-set+json', 1]);
  });

  it('counts its requests', async () => {
    const metrics = text(await overHttp1('/metrics', { as: 'admin' }));
    assert.match(
      metrics,
      /apiserver_request_total\{verb="LIST",dry_run="",group="",version="v1",resource="namespaces",subresource="",scope="cluster",component="apiserver",code="200"\} \d/,
    );
  });

  it('counts what it stores, and times the store', async () => {
    const metrics = text(await overHttp1('/metrics', { as: 'admin' }));
    assert.match(metrics, /^apiserver_storage_objects\{resource="clusterroles.rbac.authorization.k8s.io"\} \d\d/m);
    assert.match(metrics, /^etcd_request_duration_seconds_count\{operation="create",type="namespaces"\} [1-9]/m);
  });

  it('refuses a body that is too large, whether or not that is said before', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    const body = Buffer.alloc(3 * 1024 * 1024 + 1, ' ');
    const said = await overHttp1(path, { as: 'admin', method: 'POST', body });
    assert.deepEqual([said.code, json(said).message], [413, 'Request entity too large: limit is 3145728']);
    const unsaid = await overHttp1(path, {
      as: 'admin',
      method: 'POST',
      body,
      headers: { 'transfer-encoding': 'chunked' },
    });
    assert.equal(unsaid.code, 413);
  });

  it('outlives clients that speak no HTTP, no TLS, or leave in the middle', async () => {
    const { port } = cluster.server;
    for (const words of [
      'nonsense\r\n\r\n',
      'POST /api/v1/namespaces HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{',
    ]) {
      await new Promise<void>(resolve => {
        const socket = connectTls({ port, host: '127.0.0.1', ...tls('admin') }, () => {
          socket.write(words);
          setImmediate(() => socket.destroy());
        });
        socket.on('close', () => resolve());
        socket.on('error', () => undefined);
      });
    }
    assert.equal((await overHttp1('/healthz')).code, 200);
  });

  it('loses nothing for a client that reads slowly', async () => {
    const { pki, url } = cluster;
    const files = {
      ca: readFileSync(pki.ca.cert),
      cert: readFileSync(pki.kubeletClient.cert),
      key: readFileSync(pki.kubeletClient.key),
    };
    const session = connect(url, files);
    const watch = session.request({ ':path': '/api/v1/namespaces/kube-node-lease/configmaps?watch=1' });
    await new Promise(resolve => watch.once('response', resolve));
    watch.pause();
    const names = Array.from({ length: 200 }, (_, i) => `big-${i}`);
    const data = { filler: 'x'.repeat(20_000) };
    for (const name of names) {
      const body = JSON.stringify({ metadata: { name }, data });
      const path = '/api/v1/namespaces/kube-node-lease/configmaps';
      assert.equal((await overHttp1(path, { as: 'admin', method: 'POST', body })).code, 201);
    }
    let received = '';
    watch.setEncoding('utf8');
    await new Promise<void>(resolve => {
      watch.on('data', chunk => {
        received += chunk;
        if (received.split('\n').length > names.length) resolve();
      });
      watch.resume();
    });
    const told = received
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).object.metadata.name);
    assert.deepEqual(told, names);
    session.destroy();
  });

  it('streams watches over HTTP/1.1 in chunks, also those that wait for their turn, and answers what comes after', async () => {
    const paths = ['?watch=1&timeoutSeconds=1', '?watch=1&timeoutSeconds=1', '/default'];
    const requests = paths.map((path, index) => {
      const last = index === paths.length - 1;
      return `GET /api/v1/namespaces${path} HTTP/1.1\r\nhost: x\r\n${last ? 'connection: close\r\n' : ''}\r\n`;
    });
    const socket = connectTls({ host: '127.0.0.1', port: cluster.server.port, ...tls('admin') });
    const received = new Promise<string>(resolve => {
      let text = '';
      socket.on('data', chunk => {
        text += chunk;
      });
      socket.on('end', () => resolve(text));
    });
    socket.write(requests.join(''));
    const [first, second, third, ...more] = (await received).split('HTTP/1.1 200 OK\r\n').slice(1);
    assert.deepEqual(more, []);
    for (const watched of [first, second] as [string, string]) {
      const [head, body] = watched.split('\r\n\r\n', 1).concat(watched.slice(watched.indexOf('\r\n\r\n') + 4)) as [
        string,
        string,
      ];
      assert.match(head, /transfer-encoding: chunked/i);
      assert.ok(body.endsWith('\r\n0\r\n\r\n'));
      const size = Number.parseInt(body, 16);
      const chunk = body.slice(body.indexOf('\r\n') + 2, body.indexOf('\r\n') + 2 + size);
      const names = chunk
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).object.metadata.name);
      assert.deepEqual(names, ['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    }
    assert.match(third as string, /"name":"default"/);
  });

  it('streams a watch, and ends it when it stops', async () => {
    const own = await startTestCluster();
    const { ca, kubeletClient } = own.pki;
    const files = {
      ca: readFileSync(ca.cert),
      cert: readFileSync(kubeletClient.cert),
      key: readFileSync(kubeletClient.key),
    };
    const session = connect(own.url, files);
    const stream = session.request({ ':path': '/api/v1/namespaces?watch=1' });
    const lines = new Promise<string[]>(resolve => {
      let received = '';
      stream.on('data', chunk => {
        received += chunk;
      });
      stream.on('end', () => resolve(received.trim().split('\n')));
    });
    await new Promise(resolve => stream.once('data', resolve));
    const started = Date.now();
    await own.server.stop();
    assert.ok(Date.now() - started < 2000);
    assert.deepEqual(
      (await lines).map(line => JSON.parse(line).type),
      ['ADDED', 'ADDED', 'ADDED', 'ADDED'],
    );
    session.destroy();
    await own.remove();
  });
});

describe('a server that starts again on the same store', function () {
  this.timeout(20_000);
  it('writes nothing that is there already, but that it left and is back', async () => {
    const cluster = await startTestCluster('lmdb');
    try {
      const revision = await cluster.revision();
      await cluster.restart();
      assert.equal(Number(await cluster.revision()), Number(revision) + 2);
    } finally {
      await cluster.remove();
    }
  });
});

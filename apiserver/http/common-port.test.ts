import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../main.js';
import { ensurePki, type PkiPaths } from '../pki/index.js';
import { startServerProcess } from '../testing/server-process.js';

const address = '127.0.0.1';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise(resolve => server.close(resolve));
  return port;
}

describe('the port that API servers of one machine have in common', function () {
  this.timeout(60_000);
  let folder: string;
  let pki: PkiPaths;
  let commonPort: number;
  let stopping: (() => Promise<void>)[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orrery-common-'));
    commonPort = await freePort();
    const server = `https://${address}:${commonPort}`;
    pki = await ensurePki({ dataDir: folder, nodeName: 'n', addresses: [address], server, now: Date.now() });
  });
  beforeEach(() => {
    stopping = [];
  });
  afterEach(async () => {
    for (const stop of stopping) await stop();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Each has a store of its own: by its ConfigMaps it is known who answers. */
  const options = (): Omit<ApiServerOptions, 'log' | 'clock'> => ({
    ...{ dataDir: folder, datastore: 'memory', bindAddress: address, port: 0, commonPort },
    ...{ advertiseAddress: address, serviceCidr: '10.96.0.0/16' },
  });
  const start = async (): Promise<ApiServer> => {
    const server = await startApiServer({ ...options(), log: pino({ level: 'silent' }), clock: systemClock });
    stopping.push(() => server.stop());
    return server;
  };

  const ask = (port: number, method: string, path: string, body?: object): Promise<{ code: number; text: string }> =>
    new Promise((resolve, reject) => {
      const { cert, key } = pki.kubeletClient;
      const tls = { ca: readFileSync(pki.ca.cert), cert: readFileSync(cert), key: readFileSync(key) };
      const sent = request({ ...tls, host: address, port, method, path, agent: false }, async response => {
        let text = '';
        for await (const chunk of response) text += String(chunk);
        resolve({ code: response.statusCode ?? 0, text });
      });
      sent.once('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });

  const marks = '/api/v1/namespaces/default/configmaps';
  const mark = (server: ApiServer, name: string) => ask(server.port, 'POST', marks, { metadata: { name } });
  /** Whose mark the server behind the common port has; undefined while nobody listens there. */
  const answers = async (names: string[]): Promise<string | undefined> => {
    try {
      for (const name of names) if ((await ask(commonPort, 'GET', `${marks}/${name}`)).code === 200) return name;
      return 'nobody marked';
    } catch (error) {
      assert.match((error as NodeJS.ErrnoException).code ?? '', /ECONNREFUSED|ECONNRESET/);
      return undefined;
    }
  };
  const until = async (who: string, names: string[]): Promise<void> => {
    while ((await answers(names)) !== who) await systemClock.sleep(20);
  };

  it('is served by the first, and by another as soon as that one stops', async () => {
    const [first, second] = [await start(), await start()];
    await mark(first, 'first');
    await mark(second, 'second');
    assert.notEqual(first.port, second.port);
    await until('first', ['first', 'second']);
    await first.stop();
    await until('second', ['first', 'second']);
  });

  it('is served by another as soon as the one that has it is killed', async () => {
    const killed = await startServerProcess(options());
    const second = await start();
    await mark(second, 'second');
    await until('nobody marked', ['second']);
    await killed.kill();
    await until('second', ['second']);
  });

  it('is that of the service, and of what else is said of the whole cluster', async () => {
    const { port } = await start();
    const service = JSON.parse((await ask(port, 'GET', '/api/v1/namespaces/default/services/kubernetes')).text);
    assert.equal(service.spec.ports[0].targetPort, commonPort);
    const endpoints = JSON.parse((await ask(port, 'GET', '/api/v1/namespaces/default/endpoints/kubernetes')).text);
    assert.equal(endpoints.subsets[0].ports[0].port, port);
    const info = JSON.parse((await ask(port, 'GET', '/api/v1/namespaces/kube-public/configmaps/cluster-info')).text);
    assert.equal(JSON.parse(info.data.kubeconfig).clusters[0].cluster.server, `https://${address}:${commonPort}`);
  });

  it('lets requests under way there finish when its server stops', async () => {
    const server = await start();
    await until('nobody marked', []);
    const { cert, key } = pki.kubeletClient;
    const tls = { ca: readFileSync(pki.ca.cert), cert: readFileSync(cert), key: readFileSync(key) };
    const body = JSON.stringify({ metadata: { name: 'late' } });
    const headers = { 'content-length': Buffer.byteLength(body), 'content-type': 'application/json' };
    const sent = request({
      ...tls,
      host: address,
      port: commonPort,
      method: 'POST',
      path: marks,
      headers,
      agent: false,
    });
    sent.write(body.slice(0, 5));
    const answered = once(sent, 'response') as Promise<[{ statusCode: number; resume(): void }]>;
    await once(sent, 'socket').then(([socket]) => once(socket, 'secureConnect'));
    // Its head has been read when a later request was answered.
    await ask(server.port, 'GET', marks);
    const stopped = server.stop();
    await systemClock.sleep(100);
    sent.end(body.slice(5));
    const [response] = await answered;
    response.resume();
    assert.equal(response.statusCode, 201);
    await stopped;
  });
});

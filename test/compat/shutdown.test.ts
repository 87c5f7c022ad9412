/** The API server leaves in good order: nobody is cut off in the middle of a sentence. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { connect, type IncomingHttpHeaders } from 'node:http2';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { startTestCluster, type TestCluster } from '../../apiserver/testing/cluster.js';
import { configMaps, named } from './bad-input/cases.js';
import { RawClient } from './raw-client.js';

describe('an API server that stops', function () {
  this.timeout(30_000);
  let cluster: TestCluster;
  let raw: RawClient;
  let tls: { ca: Buffer; cert: Buffer; key: Buffer };

  const start = async (...flags: string[]): Promise<void> => {
    cluster = await startTestCluster('memory', flags);
    raw = new RawClient(cluster);
    const { ca, kubeletClient } = cluster.pki;
    const [authority, cert, key] = [ca.cert, kubeletClient.cert, kubeletClient.key].map(path => readFileSync(path));
    tls = { ca: authority as Buffer, cert: cert as Buffer, key: key as Buffer };
  };
  afterEach(async () => {
    raw.close();
    await cluster.remove();
  });

  const watchPath = `${configMaps}?watch=1`;
  /** A watch over HTTP/1.1 that has begun. */
  async function watching(): Promise<{ answer: IncomingMessage; over: Promise<{ whole: boolean; text: string }> }> {
    const sent = request(`${cluster.url}${watchPath}`, { ...tls, agent: false }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    answer.on('data', chunk => {
      text += chunk;
    });
    answer.on('error', () => undefined);
    const over = once(answer, 'close').then(() => ({ whole: answer.complete, text }));
    return { answer, over };
  }

  it('is not ready first, and serves on for as long as it is told to', async () => {
    await start('--shutdown-delay-duration=1s');
    const { over } = await watching();
    let gone = false;
    const stopped = cluster.server.stop().then(() => {
      gone = true;
    });
    let ready = await raw.ask('GET /readyz?verbose');
    while (ready.code === 200) ready = await raw.ask('GET /readyz?verbose');
    assert.match(ready.text, /^\[-\]shutdown failed: process is shutting down$/m);
    assert.equal((await raw.ask('GET /livez')).code, 200);
    assert.equal((await raw.ask(`POST ${configMaps}`, named('late'))).code, 201);
    assert.equal(gone, false);
    await stopped;
    const { whole, text } = await over;
    assert.equal(whole, true, 'the watch ended with its last chunk');
    assert.match(text, /"name":"late"/, 'and after everything that was to be told');
    await assert.rejects(raw.ask('GET /readyz'));
  });

  it('ends watches whole over either protocol, and tells HTTP/2 to go elsewhere', async () => {
    await start('--shutdown-watch-termination-grace-period=1s');
    const ones = await Promise.all(Array.from({ length: 10 }, watching));
    const session = connect(cluster.url, tls);
    const said: string[] = [];
    session.on('goaway', code => said.push(`goaway ${code}`));
    session.on('error', error => said.push(`error ${error.message}`));
    const stream = session.request({ ':path': watchPath });
    const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    assert.equal(headers[':status'], 200);
    stream.resume().on('close', () => said.push(`stream ${stream.rstCode}`));
    const ends: number[] = [];
    const overs = ones.map(({ over }) => over.finally(() => ends.push(Date.now())));
    const closed = once(session, 'close');
    await cluster.server.stop();
    await closed;
    for (const over of overs) assert.equal((await over).whole, true);
    assert.deepEqual(said, ['goaway 0', 'stream 0']);
    assert.ok(Math.max(...ends) - Math.min(...ends) > 300, 'one after the other');
  });

  it('answers what it was asked before', async () => {
    await start();
    const body = JSON.stringify(named('under-way'));
    const socket: TLSSocket = await raw.socket();
    const head = `POST ${configMaps} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    socket.write(`${head}\r\n\r\n${body.slice(0, 10)}`);
    // The server has the head of the request when it has answered one that came after it.
    await raw.ask(`GET ${configMaps}`);
    let text = '';
    socket.on('data', chunk => {
      text += chunk;
    });
    const closed = once(socket, 'close');
    const stopped = cluster.server.stop();
    await assert.rejects(
      raw.socket().then(other => once(other, 'close')),
      'nobody else comes in',
    );
    socket.write(body.slice(10));
    await closed;
    assert.match(text, /^HTTP\/1\.1 201 Created\r\n/);
    await stopped;
  });

  it('begins no new watch that would last', async () => {
    await start('--shutdown-watch-termination-grace-period=1s');
    const { over } = await watching();
    const socket = await raw.socket();
    socket.write(`GET ${configMaps} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await once(socket, 'data');
    // A request that is under way keeps its connection.
    socket.write(`GET /api/v1/namespaces?watch=1 HTTP/1.1\r\nhost: x\r\n`);
    await raw.ask(`GET ${configMaps}`);
    const stopped = cluster.server.stop();
    let text = '';
    socket.on('data', chunk => {
      text += chunk;
    });
    const closed = once(socket, 'close');
    await over;
    if (!socket.destroyed) socket.write('\r\n');
    await closed;
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(text, /connection: close\r\n/i);
    assert.ok(text.endsWith('0\r\n\r\n'), text.slice(-100));
    await stopped;
  });
});

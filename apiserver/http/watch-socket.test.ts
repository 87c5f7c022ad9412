import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { WebSocket } from 'ws';
import { startTestCluster, type TestCluster } from '../testing/cluster.js';

const path = '/api/v1/namespaces/default/configmaps';

describe('a watch over a WebSocket', function () {
  this.timeout(20_000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await startTestCluster();
  });
  after(() => cluster.remove());

  const tls = () => {
    const { ca, kubeletClient } = cluster.pki;
    return { ca: readFileSync(ca.cert), cert: readFileSync(kubeletClient.cert), key: readFileSync(kubeletClient.key) };
  };
  const open = (query: string, protocols: string[] = [], headers = {}): WebSocket =>
    new WebSocket(`${cluster.url.replace('https', 'wss')}${path}?${query}`, protocols, { ...tls(), headers });
  const create = (name: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const sent = request(`${cluster.url}${path}`, { ...tls(), method: 'POST', headers, agent: false }, response => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject);
      sent.end(JSON.stringify({ metadata: { name } }));
    });

  it('tells each event in a message of its own, and ends when its time is over', async () => {
    const socket = open('watch=1&fieldSelector=metadata.name%3Dmine&timeoutSeconds=3', ['base64.binary.k8s.io']);
    const told: string[] = [];
    socket.on('message', data => {
      const { type, object } = JSON.parse(data.toString());
      told.push(`${type} ${object.metadata.name}`);
    });
    const ended = new Promise<number>((resolve, reject) => {
      socket.on('close', resolve);
      socket.on('error', reject);
    });
    await new Promise<void>(resolve => socket.on('open', () => resolve()));
    assert.equal(socket.protocol, 'base64.binary.k8s.io');
    assert.deepEqual([await create('mine'), await create('other')], [201, 201]);
    assert.equal(await ended, 1000);
    assert.deepEqual(told, ['ADDED mine']);
  });

  it('tells each event in a message of bytes to those who like protobuf', async () => {
    const headers = { accept: 'application/vnd.kubernetes.protobuf' };
    const socket = open('watch=1&fieldSelector=metadata.name%3Dbytes', [], headers);
    const told = new Promise<[Buffer, boolean]>((resolve, reject) => {
      socket.on('message', (data, binary) => resolve([data as Buffer, binary]));
      socket.on('error', reject);
    });
    await new Promise<void>(resolve => socket.on('open', () => resolve()));
    assert.equal(await create('bytes'), 201);
    const [event, binary] = await told;
    socket.terminate();
    assert.equal(binary, true);
    assert.equal(event.toString('latin1', 0, 7), '\n\x05ADDED');
    assert.ok(event.includes('k8s\0') && event.includes('bytes'));
  });

  it('is refused like any other watch', async () => {
    const code = await new Promise(resolve => {
      open('watch=1&fieldSelector=spec.x%3Dy').on('unexpected-response', (_, { statusCode }) => resolve(statusCode));
    });
    assert.equal(code, 400);
  });
});

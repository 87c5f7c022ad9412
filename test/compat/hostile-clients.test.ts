/** Clients that mean harm, or do it: slow ones, many at once, ones that leave in the middle, and names that are code elsewhere. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AnyObject } from '../../api/types.js';
import { startTestCluster, type TestCluster } from '../../apiserver/testing/cluster.js';
import { configMaps, named, pods } from './bad-input/cases.js';
import { RawClient } from './raw-client.js';

const namesOf = (list: { items: AnyObject[] }): (string | undefined)[] => list.items.map(item => item.metadata.name);

describe('hostile clients', function () {
  this.timeout(30_000);
  let cluster: TestCluster;
  let raw: RawClient;

  const start = async (datastore: string): Promise<void> => {
    cluster = await startTestCluster(datastore);
    raw = new RawClient(cluster);
  };
  afterEach(async () => {
    raw.close();
    await cluster.remove();
  });

  const sloppy =
    '{"metadata":{"name":"sloppy"},"spec":{"containers":[{"name":"c","image":"i","imag":"x"}],"restartPolicy":"Never","restartPolicy":"Always"},"__proto__":{"x":1}}';
  const problems = [
    'unknown field "spec.containers[0].imag"',
    'unknown field "__proto__"',
    'duplicate field "spec.restartPolicy"',
  ];

  it('get unknown and duplicate fields refused, warned of, or passed over, as they ask', async () => {
    await start('memory');
    await raw.ask('POST /api/v1/namespaces/default/serviceaccounts', named('default'));
    const strict = await raw.ask(`POST ${pods}?fieldValidation=Strict`, sloppy);
    assert.equal(strict.code, 400);
    assert.match(strict.json.message, /strict decoding error: /);
    for (const problem of problems) assert.ok(strict.json.message.includes(problem), problem);
    const quoted = problems.map(problem => `299 - "${problem.replaceAll('"', '\\"')}"`).join(', ');
    for (const [query, warning] of [
      ['', quoted],
      ['&fieldValidation=Warn', quoted],
      ['&fieldValidation=Ignore', undefined],
    ] as const) {
      const { code, headers, json } = await raw.ask(`POST ${pods}?dryRun=All${query}`, sloppy);
      assert.deepEqual([code, headers.warning, json.spec.restartPolicy], [201, warning, 'Always']);
      assert.equal(json.spec.containers[0].imag, undefined);
    }
  });

  it('are warned within what headers can hold, however much is odd', async () => {
    await start('memory');
    const odd = Array.from({ length: 100_000 }, (_, i) => `"unknown-${'x'.repeat(i % 20)}${i}":1`).join();
    const answer = await raw.ask(
      `POST ${configMaps}`,
      `{"metadata":{"name":"odd"},"${'long'.repeat(100_000)}":1,${odd}}`,
    );
    assert.equal(answer.code, 201);
    assert.ok(String(answer.headers.warning).length < 8192);
    assert.match(String(answer.headers.warning), /^299 - "unknown field \\"longlong/);
  });

  it('find names that JavaScript knows to be plain names here', async () => {
    await start('memory');
    const words = { constructor: 'a', toString: 'b', hasOwnProperty: 'c', valueOf: 'd', prototype: 'e' };
    const made = await raw.ask(`POST ${configMaps}`, {
      ...named('words', { labels: words, annotations: words }),
      data: words,
    });
    assert.equal(made.code, 201);
    for (const type of ['merge', 'strategic-merge']) {
      const headers = { 'content-type': `application/${type}-patch+json` };
      const patched = await raw.ask(`PATCH ${configMaps}/words`, { data: { toString: type, added: type } }, headers);
      assert.deepEqual(patched.json.data, { ...words, toString: type, added: type });
    }
    const merged =
      '{"constructor":{"prototype":{"polluted":1}},"__proto__":{"polluted":1},"metadata":{"__proto__":{"polluted":1}}}';
    const headers = { 'content-type': 'application/merge-patch+json' };
    assert.equal((await raw.ask(`PATCH ${configMaps}/words`, merged, headers)).code, 200);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    for (const [selector, found] of [
      ['constructor=a', ['words']],
      ['valueOf', ['words']],
      ['isPrototypeOf', []],
      ['!toString', []],
    ] as const) {
      const list = await raw.ask(`GET ${configMaps}?labelSelector=${encodeURIComponent(selector)}`);
      assert.deepEqual(namesOf(list.json), found, selector);
    }
  });

  it('that watch from a version that is yet to come are told so, and a negative timeout is over at once', async () => {
    await start('memory');
    const future = await raw.ask(`GET ${configMaps}?watch=1&resourceVersion=99999999`);
    assert.deepEqual([future.code, future.json.reason], [504, 'Timeout']);
    assert.match(future.json.message, /^Too large resource version: 99999999, current: \d+$/);
    assert.equal(future.json.details.causes[0].reason, 'ResourceVersionTooLarge');
    const ended = await raw.ask(`GET ${configMaps}?watch=1&timeoutSeconds=-5`);
    assert.deepEqual([ended.code, ended.text], [200, '']);
  });

  it('that send a body byte by byte, or not at all, keep nobody else waiting, and leave nothing', async () => {
    await start('memory');
    const before = await cluster.revision();
    const body = JSON.stringify(named('slow'));
    const sockets = await Promise.all(Array.from({ length: 100 }, () => raw.socket()));
    for (const socket of sockets) {
      const head = `POST ${configMaps} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
      socket.write(`${head}\r\n\r\n${body.slice(0, 10)}`);
    }
    const answers = await Promise.all(Array.from({ length: 50 }, () => raw.ask(`GET ${configMaps}`)));
    assert.deepEqual(new Set(answers.map(({ code }) => code)), new Set([200]));
    for (const socket of sockets) {
      socket.write(body.slice(10, 20));
      socket.destroy();
    }
    await Promise.all(sockets.map(socket => (socket.closed ? undefined : once(socket, 'close'))));
    assert.equal((await raw.ask(`GET ${configMaps}/slow`)).code, 404);
    assert.equal(await cluster.revision(), before);
  });

  it('that come by the hundred leave whole objects or none, also after a restart', async () => {
    await start('lmdb');
    const bad: [string, unknown][] = [
      [`POST ${configMaps}`, '{"metadata":'],
      [`POST ${configMaps}`, named('Bad_Name')],
      [`POST ${configMaps}`, { ...named('bad'), data: { a: 1 } }],
      [`POST ${configMaps}`, `{"metadata":{"name":"bad"},"data":${'{"a":'.repeat(1000)}1${'}'.repeat(1001)}`],
      [`PUT ${configMaps}/bad`, named('other')],
      [`DELETE ${configMaps}/nope`, { preconditions: { uid: 'x' } }],
      [`POST ${configMaps}`, ' '.repeat(3 * 1024 * 1024 + 1)],
      ['GET /api/v1/pods?limit=x', undefined],
    ];
    const good = Array.from({ length: 100 }, (_, i) => `good-${String(i).padStart(3, '0')}`);
    const data = { value: 'x'.repeat(1000) };
    const outcomes = await Promise.all([
      ...good.map(name => raw.ask(`POST ${configMaps}`, { ...named(name), data }).then(({ code }) => code === 201)),
      ...Array.from({ length: 400 }, (_, i) => {
        const [line, body] = bad[i % bad.length] as [string, unknown];
        return raw.ask(line, body).then(({ code, json }) => code >= 400 && code < 500 && json?.kind === 'Status');
      }),
    ]);
    assert.deepEqual(new Set(outcomes), new Set([true]));
    const revision = await cluster.revision();
    await cluster.restart();
    // The server wrote that it left, and that it is back.
    assert.equal(Number(await cluster.revision()), Number(revision) + 2);
    const { json } = await raw.ask(`GET ${configMaps}`);
    assert.deepEqual(namesOf(json), good);
    for (const item of json.items) assert.deepEqual(item.data, data);
  });
});

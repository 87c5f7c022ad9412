import assert from 'node:assert/strict';
import protobuf, { type Reader } from 'protobufjs/minimal.js';
import { builtinKinds } from '../../../api/kinds/index.js';
import { openTestApi, settled, type TestApi, type TestWatch } from '../../testing/harness.js';
import { decodeProtobuf } from './decode.js';

const configMaps = '/api/v1/namespaces/default/configmaps';
const type = 'application/vnd.kubernetes.protobuf';
const headers = { accept: `${type}, */*` };

const decode = (bytes: Uint8Array) =>
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into objects of every kind
  decodeProtobuf(Buffer.from(bytes), builtinKinds, protobuf.Reader.create).value as any;

/** The fields of a message that are length-delimited or numbers, by their numbers, in order. */
function fields(bytes: Uint8Array): [number, Uint8Array | number][] {
  const reader: Reader = protobuf.Reader.create(bytes);
  const found: [number, Uint8Array | number][] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    found.push([tag >>> 3, (tag & 7) === 2 ? reader.bytes() : Number(reader.int64())]);
  }
  return found;
}
const text = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString();

/** The envelope of a message, and what is in it. */
function opened(bytes: Uint8Array): { apiVersion: string; kind: string; raw: Uint8Array } {
  assert.equal(text(bytes.subarray(0, 4)), 'k8s\0');
  const [about, raw] = fields(bytes.subarray(4)) as [[1, Uint8Array], [2, Uint8Array]];
  const [apiVersion, kind] = fields(about[1]).map(([, value]) => text(value));
  return { apiVersion: apiVersion ?? '', kind: kind ?? '', raw: raw[1] };
}

/** The events of a watch: four bytes of length before each. */
function events(watch: TestWatch): [type: string, object: Uint8Array][] {
  const bytes = Buffer.concat(watch.chunks);
  const found: [string, Uint8Array][] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    const [said, object] = fields(bytes.subarray(at + 4, end)) as [[1, Uint8Array], [2, Uint8Array]];
    found.push([text(said[1]), fields(object[1])[0]?.[1] as Uint8Array]);
    at = end;
  }
  return found;
}

describe('a client that prefers protobuf', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  const named = (name: string, data = {}): object => ({ metadata: { name }, data });

  it('gets objects in it, as JSON would say them', async () => {
    const made = await api.must(201, `POST ${configMaps}`, named('a', { k: 'v', empty: '' }));
    const { body, headers: said } = await api.bytes(`GET ${configMaps}/a`, headers);
    assert.equal(said['content-type'], type);
    assert.deepEqual(decode(body), made);
  });

  it('gets lists in it, and their pages', async () => {
    for (const name of ['a', 'b', 'c']) await api.must(201, `POST ${configMaps}`, named(name, { name }));
    const { body, headers: said } = await api.bytes(`GET ${configMaps}?limit=2`, headers);
    assert.equal(said['content-type'], type);
    const { apiVersion, kind, raw } = opened(body);
    assert.deepEqual([apiVersion, kind], ['v1', 'ConfigMapList']);
    const [[one, meta], ...items] = fields(raw) as [[number, Uint8Array], ...[number, Uint8Array][]];
    assert.equal(one, 1);
    const json = await api.must(200, `GET ${configMaps}?limit=2`);
    const [version, next, rest] = fields(meta);
    assert.equal(text(version?.[1]), json.metadata.resourceVersion);
    assert.equal(text(next?.[1]), json.metadata.continue);
    assert.deepEqual(rest, [4, 1]);
    assert.deepEqual(
      items.map(([number, item]) => [number, text(fields(fields(item)[0]?.[1] as Uint8Array)[0]?.[1])]),
      [
        [2, 'a'],
        [2, 'b'],
      ],
    );
  });

  it('gets a list of many, made in pieces, whole and in their order', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `m${String(i).padStart(3, '0')}`);
    for (const name of names) await api.must(201, `POST ${configMaps}`, named(name, { value: 'x'.repeat(5000) }));
    const { body } = await api.bytes(`GET ${configMaps}`, headers);
    const items = fields(opened(body).raw).slice(1) as [number, Uint8Array][];
    assert.deepEqual(
      items.map(([, item]) => text(fields(fields(item)[0]?.[1] as Uint8Array)[0]?.[1])),
      names,
    );
  });

  it('watches in it: events, bookmarks and why a watch failed', async () => {
    const made = await api.must(201, `POST ${configMaps}`, named('a'));
    const watch = await api.watch(`${configMaps}?watch=1&allowWatchBookmarks=true`, headers);
    assert.equal(watch.contentType, `${type};stream=watch`);
    await settled();
    await api.must(200, `PUT ${configMaps}/a`, named('a', { b: 'c' }));
    await settled();
    await api.must(200, `DELETE ${configMaps}/a`);
    await settled();
    api.tick(61_000);
    await settled();
    const told = events(watch);
    assert.deepEqual(
      told.map(([event]) => event),
      ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'],
    );
    const objects = told.map(([, object]) => decode(object));
    assert.deepEqual(objects[0], made);
    assert.deepEqual(objects[1].data, { b: 'c' });
    assert.ok(Number(objects[2].metadata.resourceVersion) > Number(objects[1].metadata.resourceVersion));
    assert.deepEqual(objects[3].metadata, { resourceVersion: String(api.env.cache.revision) });
  });

  it('gets metadata alone in it', async () => {
    const made = await api.must(201, `POST ${configMaps}`, named('a', { k: 'v' }));
    const accept = `${type};as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json`;
    const { body, headers: said } = await api.bytes(`GET ${configMaps}/a`, { accept });
    assert.equal(said['content-type'], type);
    const { apiVersion, kind, raw } = opened(body);
    assert.deepEqual([apiVersion, kind], ['meta.k8s.io/v1', 'PartialObjectMetadata']);
    const whole = decode((await api.bytes(`GET ${configMaps}/a`, headers)).body);
    assert.deepEqual(whole.metadata, made.metadata);
    assert.deepEqual(
      fields(raw).map(([number]) => number),
      [1],
    );
  });

  it('gets JSON where there is no protobuf, as Tables, and 406 where it takes nothing else', async () => {
    await api.must(201, `POST ${configMaps}`, named('a'));
    const asTable = 'as=Table;g=meta.k8s.io;v=v1';
    const accept = `${type};${asTable}, application/json;${asTable}`;
    assert.equal((await api.must(200, `GET ${configMaps}/a`, undefined, { accept })).kind, 'Table');
    const none = await api.must(406, `GET ${configMaps}/a`, undefined, { accept: `${type};${asTable}` });
    assert.match(none.message, /application\/json, application\/yaml, application\/vnd.kubernetes.protobuf$/);
    const services = '/apis/apiregistration.k8s.io/v1/apiservices';
    assert.equal((await api.must(200, `GET ${services}`, undefined, headers)).kind, 'APIServiceList');
    await api.must(406, `GET ${services}`, undefined, { accept: type });
  });

  it('is heard by the audit log as others are', async () => {
    const bytes = (await api.bytes(`POST ${configMaps}?dryRun=All`, headers)).body;
    assert.equal(bytes[0], 0x7b, 'errors are JSON');
    await api.must(201, `POST ${configMaps}`, named('a', { k: 'v' }));
    const { body } = await api.bytes(`GET ${configMaps}/a`, headers);
    const bodies = api.audit.at(-1)?.bodies?.();
    assert.deepEqual(bodies?.response, decode(body));
  });
});

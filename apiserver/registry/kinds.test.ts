import assert from 'node:assert/strict';
import { builtinKinds, findKind } from '../../api/kinds/index.js';
import type { KindRow } from '../../api/kinds/row.js';
import { openTestApi, settled, type TestApi } from '../testing/harness.js';
import { KindTable, ofRows } from './kinds.js';

const configMaps = findKind({ group: '', plural: 'configmaps' }) as KindRow;
const notes: KindRow = { ...configMaps, group: 'example.com', kind: 'Note', plural: 'notes', custom: true };
const path = '/apis/example.com/v1/namespaces/default/notes';
const note = (name: string) => ({ apiVersion: 'example.com/v1', kind: 'Note', metadata: { name }, data: { name } });

describe('the table of kinds', () => {
  it('takes rows in and gives them up, and what is made of them follows', () => {
    const kinds = new KindTable(builtinKinds);
    let made = 0;
    const count = ofRows(kinds, rows => {
      made++;
      return rows.length;
    });
    const before = count();
    assert.equal(count(), before);
    kinds.set('notes', [notes]);
    assert.equal(kinds.find('example.com', 'v1', 'notes'), notes);
    assert.equal(count(), before + 1);
    kinds.set('notes', []);
    kinds.set('notes', []);
    assert.equal(kinds.find('example.com', 'v1', 'notes'), undefined);
    assert.deepEqual([count(), made], [before, 3]);
  });
});

describe('a kind that is added while the server runs', () => {
  let api: TestApi;
  const serve = async () => {
    await api.env.cache.add(notes);
    api.env.kinds.set('notes', [notes]);
  };
  const forget = () => {
    api.env.kinds.set('notes', []);
    api.env.cache.remove(notes);
  };
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  it('is served with what was stored before, and with what is stored meanwhile', async () => {
    assert.equal((await api.ask(`GET ${path}`)).code, 404);
    await serve();
    await api.must(201, `POST ${path}`, note('a'));
    const watch = await api.watch(`${path}?watch=true`);
    assert.deepEqual(await watch.said(), ['ADDED a']);
    forget();
    await settled();
    assert.ok(watch.ended);
    assert.equal((await api.ask(`GET ${path}/a`)).code, 404);
    assert.equal(api.env.lookup.get({ group: 'example.com', resource: 'notes' }, 'default', 'a'), undefined);
    const joining = serve();
    await api.store.create('/registry/example.com/notes/default/b', Buffer.from(JSON.stringify(note('b'))));
    await joining;
    const list = await api.must(200, `GET ${path}`);
    assert.deepEqual(
      list.items.map((item: { metadata: { name: string } }) => item.metadata.name),
      ['a', 'b'],
    );
    assert.equal(list.items[0].data.name, 'a');
    assert.ok(api.env.lookup.get({ group: 'example.com', resource: 'notes' }, 'default', 'a'));
  });

  it('tells no change twice that was in what it was loaded with', async () => {
    for (let i = 0; i < 20; i++) {
      const writing = api.store.create(
        `/registry/example.com/notes/default/n${i}`,
        Buffer.from(JSON.stringify(note(`n${i}`))),
      );
      if (i === 10) await serve();
      await writing;
    }
    await settled();
    const watch = await api.watch(`${path}?watch=true&resourceVersion=0`);
    assert.equal(new Set(await watch.said()).size, 20);
    assert.equal(watch.events.length, 20);
  });
});

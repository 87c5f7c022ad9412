import assert from 'node:assert/strict';
import { statusError } from '../../api/status.js';
import { openMemoryStore } from '../../storage/memory/open.js';
import type { Store, WatchBatch } from '../../storage/store.js';
import type { AdmissionPlugin } from '../contracts.js';
import { openTestApi, settled, type TestApi } from '../testing/harness.js';

/** A store that others write to as well, as etcd: its revision has to be asked for, and its watch may be late. */
function lateStore(): { store: Store; hold(): void; release(): void } {
  const inner = openMemoryStore();
  let gate = Promise.resolve();
  let release = (): void => undefined;
  async function* watch(prefix: string, from: number, signal: AbortSignal): AsyncGenerator<WatchBatch> {
    for await (const batch of inner.watch(prefix, from, signal)) {
      await gate;
      yield batch;
    }
  }
  const store = new Proxy(inner, {
    get(target, name) {
      if (name === 'watch') return watch;
      if (name === 'currentRevision') return undefined;
      const member = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  const hold = (): void => {
    gate = new Promise(resolve => {
      release = resolve;
    });
  };
  return { store, hold, release: () => release() };
}

/** Decides upon what the cache says, as admission and authorization do. */
const needsWeb: AdmissionPlugin = {
  name: 'NeedsWeb',
  handles: ({ info, object }) => info.resource === 'configmaps' && object?.metadata.name !== 'web',
  validate: () => {
    if (!api.env.lookup.get({ group: '', resource: 'configmaps' }, 'default', 'web'))
      throw statusError('Forbidden', 'no');
  },
};
const maps = '/api/v1/namespaces/default/configmaps';
const map = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
let api: TestApi;

describe('a write over a store whose watch is late', () => {
  const late = lateStore();
  before(async () => {
    api = await openTestApi({ store: late.store, admission: [needsWeb] });
    late.hold();
  });
  after(() => api.close());

  it('is answered at once, and what is asked after it waits until it is known', async () => {
    const made = await api.must(201, `POST ${maps}`, map('web'));
    assert.equal(api.env.cache.revision < Number(made.metadata.resourceVersion), true);
    const answers: number[] = [];
    const asked = [api.ask(`POST ${maps}`, map('later')), api.ask(`GET ${maps}/web?resourceVersion=0`)].map(answer =>
      answer.then(({ code }) => answers.push(code)),
    );
    await settled();
    assert.deepEqual(answers, []);
    late.release();
    await Promise.all(asked);
    assert.deepEqual(answers.sort(), [200, 201]);
  });

  it('keeps nobody waiting for longer than reads wait for the cache', async () => {
    await api.env.cache.fresh();
    late.hold();
    await api.must(201, `POST ${maps}`, map('another'));
    const asked = api.ask(`GET ${maps}/web?resourceVersion=0`);
    await settled();
    api.tick(3000);
    assert.equal((await asked).code, 200);
    late.release();
  });
});

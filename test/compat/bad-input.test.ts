/**
 * Input that is wrong, by mistake or on purpose, over TLS: each time a Status that says what and where, the server goes
 * on, and nothing is stored. What Kubernetes answers is answered here.
 */
import assert from 'node:assert/strict';
import { startTestCluster, type TestCluster } from '../../apiserver/testing/cluster.js';
import { type Bad, configMaps, named } from './bad-input/cases.js';
import { types, values } from './bad-input/fields.js';
import { patches } from './bad-input/patches.js';
import { paths, queries } from './bad-input/requests.js';
import { mediaTypes, syntax, yamls } from './bad-input/syntax.js';
import { type RawAnswer, RawClient } from './raw-client.js';

describe('bad input', function () {
  this.timeout(30_000);
  let cluster: TestCluster;
  let raw: RawClient;
  before(async () => {
    cluster = await startTestCluster();
    raw = new RawClient(cluster);
    const good = await raw.ask(`POST ${configMaps}`, {
      ...named('kept', { finalizers: ['a/b'] }),
      data: { value: '1' },
    });
    assert.equal(good.code, 201);
    assert.equal((await raw.ask('POST /api/v1/namespaces/default/serviceaccounts', named('default'))).code, 201);
  });
  after(async () => {
    raw.close();
    await cluster.remove();
  });

  const isStatus = ({ json, headers }: RawAnswer, code: number): void => {
    assert.match(String(headers['content-type']), /^application\/json/);
    assert.deepEqual([json?.kind, json?.apiVersion, json?.status, json?.code], ['Status', 'v1', 'Failure', code]);
  };

  async function refuses({ line, body, type, code, reason, says, fields = [] }: Bad): Promise<void> {
    const before = await cluster.revision();
    const answer = await raw.ask(line, body, type === undefined ? {} : { 'content-type': type });
    assert.equal(answer.code, code, answer.text.slice(0, 500));
    isStatus(answer, code);
    assert.equal(answer.json.reason, reason);
    assert.match(answer.json.message, says);
    const causes = (answer.json.details?.causes ?? []) as { field: string; message: string }[];
    for (const field of fields) {
      const cause = causes.find(one => one.field === field);
      assert.ok(cause?.message, `${field} is not among ${causes.map(one => one.field)}`);
    }
    assert.equal(await cluster.revision(), before, 'something was stored');
  }

  const tables = { syntax, mediaTypes, types, values, yamls, patches, queries, paths };
  for (const [name, table] of Object.entries(tables)) {
    describe(name, () => {
      for (const bad of table) it(`${bad.what} is refused with ${bad.code} ${bad.reason}`, () => refuses(bad));
    });
  }
});

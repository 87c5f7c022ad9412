import assert from 'node:assert/strict';
import { openTestApi, type TestApi } from '../testing/harness.js';
import { decodeToken } from './continue-token.js';

const core = '/api/v1/namespaces/default';

interface List {
  items: { metadata: { name: string; namespace: string } }[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

const names = (list: List): string[] => list.items.map(item => item.metadata.name);

describe('get and list', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
    for (const name of ['c', 'a', 'e', 'b', 'd']) {
      await api.must(201, `POST ${core}/configmaps`, {
        metadata: { name, labels: { name, vowel: /[ae]/.test(name) ? 'yes' : 'no' } },
      });
    }
    await api.must(201, 'POST /api/v1/namespaces/other/configmaps', { metadata: { name: 'a' } });
  });
  afterEach(() => api.close());

  const list = (query = '', path = `${core}/configmaps`): Promise<List> => api.must(200, `GET ${path}${query}`);

  it('lists in the order of names, with the revision it is true at', async () => {
    const all = await list();
    assert.deepEqual(names(all), ['a', 'b', 'c', 'd', 'e']);
    assert.equal(all.metadata.resourceVersion, '7');
    assert.deepEqual(
      (await list('', '/api/v1/configmaps')).items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
      ['default/a', 'default/b', 'default/c', 'default/d', 'default/e', 'other/a'],
    );
    const empty = await list('', `${core}/secrets`);
    assert.deepEqual(empty, {
      kind: 'SecretList',
      apiVersion: 'v1',
      metadata: { resourceVersion: '7' },
      items: [],
    } as unknown);
  });

  const selections: [query: string, found: string][] = [
    ['labelSelector=vowel%3Dyes', 'ae'],
    ['labelSelector=vowel!%3Dyes', 'bcd'],
    ['labelSelector=name+in+(a,b),vowel%3Dyes', 'a'],
    ['labelSelector=!name', ''],
    ['labelSelector=name', 'abcde'],
    ['fieldSelector=metadata.name%3Db', 'b'],
    ['fieldSelector=metadata.name!%3Db', 'acde'],
    ['fieldSelector=metadata.namespace%3Dother', ''],
    ['fieldSelector=metadata.name%3Db&labelSelector=vowel%3Dyes', ''],
  ];
  for (const [query, found] of selections) {
    it(`selects "${found}" by ${decodeURIComponent(query)}`, async () => {
      assert.equal(names(await list(`?${query}`)).join(''), found);
      assert.equal(names(await list(`?${query}`)).join(''), found); // the second time from an index, where there is one
    });
  }

  it('finds pods by their node', async () => {
    for (const name of ['p', 'q']) {
      await api.must(201, `POST ${core}/pods`, {
        metadata: { name },
        spec: { containers: [{ name: 'c', image: 'i' }] },
      });
    }
    const query = '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1';
    assert.deepEqual(names(await api.must(200, `GET ${query}`)), []);
    await api.must(201, `POST ${core}/pods/q/binding`, { target: { name: 'n1' } });
    assert.deepEqual(names(await api.must(200, `GET ${query}`)), ['q']);
  });

  it('pages through one consistent state, whatever is written meanwhile', async () => {
    const first = await list('?limit=2');
    assert.deepEqual([names(first), first.metadata.remainingItemCount], [['a', 'b'], 3]);
    await api.must(200, `DELETE ${core}/configmaps/d`);
    await api.must(201, `POST ${core}/configmaps`, { metadata: { name: 'cc' } });
    const second = await list(`?limit=2&continue=${first.metadata.continue}`);
    assert.deepEqual(names(second), ['c', 'd']);
    assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
    const third = await list(`?limit=2&continue=${second.metadata.continue}`);
    assert.deepEqual([names(third), third.metadata.continue], [['e'], undefined]);
  });

  it('pages through a selection', async () => {
    const first = await list('?limit=2&labelSelector=vowel%3Dno');
    assert.deepEqual([names(first), first.metadata.remainingItemCount], [['b', 'c'], undefined]);
    await api.must(200, `DELETE ${core}/configmaps/d`);
    const second = await list(`?limit=2&labelSelector=vowel%3Dno&continue=${first.metadata.continue}`);
    assert.deepEqual([names(second), second.metadata.continue], [['d'], undefined]);
  });

  it('says 410 when the state is gone, and how to go on without it', async () => {
    const first = await list('?limit=2');
    await api.must(200, `DELETE ${core}/configmaps/d`);
    await api.must(201, `POST ${core}/configmaps`, { metadata: { name: 'z' } });
    await api.store.compact(await api.store.revision());
    const gone = await api.must(410, `GET ${core}/configmaps?limit=2&continue=${first.metadata.continue}`);
    assert.equal(gone.reason, 'Expired');
    assert.equal(decodeToken(gone.metadata.continue).revision, -1);
    const rest = await list(`?continue=${gone.metadata.continue}`);
    assert.deepEqual(names(rest), ['c', 'e', 'z']);
  });

  it('answers as of a version, not before it, or with whatever it has', async () => {
    await api.must(200, `DELETE ${core}/configmaps/a`);
    assert.deepEqual(names(await list('?resourceVersion=4&resourceVersionMatch=Exact')), ['a', 'c', 'e']);
    assert.deepEqual(names(await list('?resourceVersion=4&limit=2')), ['a', 'c']);
    const fresh = await list('?resourceVersion=4&resourceVersionMatch=NotOlderThan');
    assert.deepEqual([names(fresh), fresh.metadata.resourceVersion], [['b', 'c', 'd', 'e'], '8']);
    const any = await list('?resourceVersion=0&limit=2');
    assert.deepEqual([names(any), any.metadata.continue], [['b', 'c', 'd', 'e'], undefined]);
    await api.store.compact(6);
    const gone = await api.must(410, `GET ${core}/configmaps?resourceVersion=4&resourceVersionMatch=Exact`);
    assert.match(gone.message, /too old/);
  });

  const shapes: [accept: string, kind: string, apiVersion: string][] = [
    ['application/json', 'ConfigMapList', 'v1'],
    ['*/*', 'ConfigMapList', 'v1'],
    ['application/vnd.kubernetes.protobuf;q=0.5,application/json', 'ConfigMapList', 'v1'],
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', 'Table', 'meta.k8s.io/v1'],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', 'Table', 'meta.k8s.io/v1beta1'],
    ['application/json;as=Other;v=v1;g=meta.k8s.io, application/json;q=0.5', 'ConfigMapList', 'v1'],
    [
      'application/json;q=0.1, application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
      'PartialObjectMetadataList',
      'meta.k8s.io/v1',
    ],
  ];
  for (const [accept, kind, apiVersion] of shapes) {
    it(`answers ${accept} with ${kind}`, async () => {
      const body = await api.must(200, `GET ${core}/configmaps`, undefined, { accept });
      assert.deepEqual([body.kind, body.apiVersion], [kind, apiVersion]);
    });
  }

  it('makes tables with as much of the object as is asked for', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const rows = async (query: string) =>
      (await api.must(200, `GET ${core}/configmaps/a${query}`, undefined, { accept })).rows;
    const [row] = await rows('');
    assert.deepEqual(row.cells, ['a', 0, '0s']);
    assert.deepEqual([row.object.kind, row.object.metadata.name], ['PartialObjectMetadata', 'a']);
    assert.equal((await rows('?includeObject=Object'))[0].object.kind, 'ConfigMap');
    assert.equal((await rows('?includeObject=None'))[0].object, null);
    await api.must(400, `GET ${core}/configmaps/a?includeObject=Some`, undefined, { accept });
  });

  it('reads its own writes, however many at once', async () => {
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        await api.must(201, `POST ${core}/configmaps`, { metadata: { name: `w${i}` } });
        await api.must(200, `GET ${core}/configmaps/w${i}`);
      }),
    );
  });

  const refusals: [query: string, code: number, message: RegExp][] = [
    ['?resourceVersion=new', 422, /resourceVersion: Invalid value: "new"/],
    ['?resourceVersionMatch=Exact', 422, /resourceVersionMatch is forbidden unless resourceVersion is provided/],
    ['?resourceVersion=1&resourceVersionMatch=Nearly', 422, /resourceVersionMatch: Unsupported value: "Nearly"/],
    ['?resourceVersion=0&resourceVersionMatch=Exact', 422, /is forbidden for resourceVersion "0"/],
    ['?sendInitialEvents=true', 422, /sendInitialEvents is forbidden for list/],
    ['?limit=many', 400, /limit: Invalid value/],
    ['?continue=nonsense', 400, /continue key is not valid/],
    ['?labelSelector=a%3D%3D%3Db', 400, /unable to parse requirement/],
    ['?fieldSelector=spec.color%3Dred', 400, /"spec.color" is not a known field selector/],
  ];
  for (const [query, code, message] of refusals) {
    it(`refuses ${query} with ${code}`, async () => {
      assert.match((await api.must(code, `GET ${core}/configmaps${query}`)).message, message);
    });
  }

  it('says 404 of what is not there, in Kubernetes’ words', async () => {
    const missing = await api.must(404, `GET ${core}/configmaps/x`);
    assert.deepEqual(
      [missing.message, missing.details],
      ['configmaps "x" not found', { name: 'x', kind: 'configmaps' }],
    );
    const role = await api.must(404, 'GET /apis/rbac.authorization.k8s.io/v1/clusterroles/x');
    assert.equal(role.message, 'clusterroles.rbac.authorization.k8s.io "x" not found');
    for (const path of ['/api/v1/configmaps/a', '/api/v2/pods', '/apis/none/v1/pods', `${core}/configmaps/a/status`]) {
      assert.equal((await api.must(404, `GET ${path}`)).message, 'the server could not find the requested resource');
    }
  });
});

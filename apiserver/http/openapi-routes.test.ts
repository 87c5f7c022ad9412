import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { systemClock } from '../../api/clock.js';
import { startTestCluster, type TestCluster } from '../testing/cluster.js';

const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'stars.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'stars', kind: 'Star' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A light in the sky.',
            properties: {
              spec: { type: 'object', properties: { bright: { type: 'boolean', description: 'Seen from afar.' } } },
            },
          },
        },
      },
    ],
  },
};

describe('OpenAPI over HTTP', function () {
  this.timeout(30_000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await startTestCluster();
  });
  after(() => cluster.remove());

  const ask = (line: string, headers: Record<string, string> = {}, body?: object) => {
    const [method = '', path = ''] = line.split(' ');
    const { ca, kubeletClient } = cluster.pki;
    const [authority, cert, key] = [ca.cert, kubeletClient.cert, kubeletClient.key].map(file => readFileSync(file));
    const tls = { ca: authority as Buffer, cert: cert as Buffer, key: key as Buffer, agent: false as const };
    return new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: cluster.server.port,
          path,
          method,
          headers: { 'content-type': 'application/json', ...headers },
          ...tls,
        },
        async response => {
          let text = '';
          for await (const chunk of response) text += chunk;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        },
      );
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  };
  const links = async (): Promise<Record<string, { serverRelativeURL: string }>> =>
    JSON.parse((await ask('GET /openapi/v3')).text).paths;

  it('has links that name one state of a document, which may be kept for ever', async () => {
    const link = (await links())['api/v1']?.serverRelativeURL as string;
    const found = await ask(`GET ${link}`);
    assert.equal(found.status, 200);
    assert.equal(found.headers['cache-control'], 'public, immutable');
    assert.ok(Date.parse(found.headers.expires ?? '') > Date.now());
    const again = await ask(`GET ${link}`, { 'if-none-match': String(found.headers.etag) });
    assert.deepEqual([again.status, again.text], [304, '']);
    const stale = await ask('GET /openapi/v3/api/v1?hash=OLD');
    assert.deepEqual([stale.status, stale.headers.location], [301, link]);
    assert.equal((await ask('GET /openapi/v3/api/v1')).headers['cache-control'], 'no-cache, private');
  });

  it('has what a definition adds, at once, in both versions', async () => {
    const before = { links: await links(), etag: (await ask('GET /openapi/v2')).headers.etag };
    assert.equal((await ask('POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions', {}, crd)).status, 201);
    const end = Date.now() + 10_000;
    while (!(await links())['apis/example.com/v1'] && Date.now() < end) await systemClock.sleep(20);
    const link = (await links())['apis/example.com/v1']?.serverRelativeURL;
    const { components, paths } = JSON.parse((await ask(`GET ${link}`)).text);
    const schema = components.schemas['com.example.v1.Star'];
    assert.deepEqual(
      [schema.description, schema['x-kubernetes-group-version-kind']],
      ['A light in the sky.', [{ group: 'example.com', version: 'v1', kind: 'Star' }]],
    );
    assert.ok(schema.properties.metadata.allOf[0].$ref.endsWith('ObjectMeta'));
    const patch = paths['/apis/example.com/v1/namespaces/{namespace}/stars/{name}'].patch;
    assert.ok(!('application/strategic-merge-patch+json' in patch.requestBody.content));
    assert.equal((await links())['api/v1']?.serverRelativeURL, before.links['api/v1']?.serverRelativeURL);
    const v2 = await ask('GET /openapi/v2');
    assert.notEqual(v2.headers.etag, before.etag);
    assert.equal(
      JSON.parse(v2.text).definitions['com.example.v1.Star'].properties.spec.properties.bright.description,
      'Seen from afar.',
    );
  });
});

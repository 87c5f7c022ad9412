import assert from 'node:assert/strict';
import { notFound } from '../api/status.js';
import type { Client, Resource } from '../client/client.js';
import { discover, isServable } from './discovery.js';

const verbs = ['list', 'delete'];
const documents: Record<string, unknown> = {
  '/apis': {
    groups: [
      {
        name: 'shop.example.org',
        preferredVersion: { version: 'v2' },
        versions: [{ version: 'v1' }, { version: 'v2' }],
      },
      { name: 'broken.example.org', preferredVersion: { version: 'v1' }, versions: [{ version: 'v1' }] },
    ],
  },
  '/api/v1': {
    resources: [
      { name: 'pods', kind: 'Pod', namespaced: true, verbs },
      { name: 'pods/status', kind: 'Pod', namespaced: true, verbs: ['get'] },
      { name: 'nodes', kind: 'Node', namespaced: false, verbs },
    ],
  },
  '/apis/shop.example.org/v1': {
    resources: [
      { name: 'orders', kind: 'Order', namespaced: true, verbs },
      { name: 'carts', kind: 'Cart', namespaced: true, verbs },
    ],
  },
  '/apis/shop.example.org/v2': { resources: [{ name: 'orders', kind: 'Order', namespaced: true, verbs }] },
};

const client = {
  raw: async (path: string) => {
    const document = documents[path];
    if (!document) throw notFound({ group: '', resource: 'paths', name: path });
    return { contentType: 'application/json', body: Buffer.from(JSON.stringify(document)) };
  },
} as unknown as Client;

describe('discover', () => {
  it('names each kind once, in the version its group prefers, without subresources', async () => {
    const { resources } = await discover(client);
    assert.deepEqual(
      resources.map(r => [r.group, r.version, r.plural, r.namespaced]),
      [
        ['', 'v1', 'pods', true],
        ['', 'v1', 'nodes', false],
        ['shop.example.org', 'v2', 'orders', true],
        ['shop.example.org', 'v1', 'carts', true],
      ],
    );
  });

  it('says which groups could not be read, and answers with the rest', async () => {
    const { failures } = await discover(client);
    assert.deepEqual(failures, ['broken.example.org/v1: paths "/apis/broken.example.org/v1" not found']);
  });
});

describe('a controller', () => {
  const resource = (group: string, plural: string): Resource => ({
    ...{ group, version: 'v1', plural, kind: 'X', namespaced: true },
  });
  const over = (...resources: Resource[]) => ({ sources: resources.map(one => ({ resource: one })) });
  const pods = resource('', 'pods');
  const orders = resource('shop.example.org', 'orders');
  const absent = resource('shop.example.org', 'absent');

  it('runs when all it looks at is served, in whatever version', async () => {
    const whole = { ...(await discover(client)), failures: [] };
    const rows: [ReturnType<typeof over>, boolean][] = [
      [over(pods, orders), true],
      [over(pods, absent), false],
      [over(resource('', 'orders')), false],
    ];
    for (const [controller, expected] of rows) assert.equal(isServable(controller, whole), expected);
  });

  it('runs when it is not known what is served', async () => {
    const part = await discover(client);
    assert.equal(part.failures.length, 1);
    assert.equal(isServable(over(absent), part), true);
  });
});

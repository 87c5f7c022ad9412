import assert from 'node:assert/strict';
import pino from 'pino';
import { systemClock } from '../api/clock.js';
import { endpointSlices, endpoints, pods, replicationControllers, services } from '../client/resources.js';
import type { Controller } from '../client/runtime/controller.js';
import { runControllers } from '../client/runtime/run.js';
import { MemoryApi } from '../client/testing/memory-api.js';
import { endpointsController } from './endpoints/controller.js';
import { endpointSlicesController } from './endpointslices/controller.js';
import { garbageCollector } from './gc/controller.js';
import { replicationController } from './replication/controller.js';
import { replicationControllerNamed, service } from './testing/objects.js';

const verbs = ['list', 'watch', 'delete', 'patch'];
const served = [pods, replicationControllers, services, endpointSlices].map(resource => ({ ...resource, verbs }));

/** Resolves once the condition holds; mocha's time limit ends a wait in vain. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(2);
}

describe('the loops on the real runtime', () => {
  const stop = new AbortController();
  const api = new MemoryApi();
  let running: Promise<void>;

  before(() => {
    const controllers: Controller[] = [
      replicationController,
      endpointsController(),
      endpointSlicesController(),
      garbageCollector(served),
    ];
    const log = pino({ level: 'silent' });
    running = runControllers({
      client: api,
      controllers,
      clock: systemClock,
      random: () => 0.5,
      log,
      signal: stop.signal,
    });
  });
  after(async () => {
    stop.abort();
    await running;
  });

  const all = async () => (await api.list(pods)).items;

  it('make exactly as many pods as are asked for, whatever the cache has seen in between', async () => {
    await api.create(replicationControllers, replicationControllerNamed('web', { replicas: 10 }));
    const settled = async () =>
      (await api.get(replicationControllers, { namespace: 'default', name: 'web' })).status?.replicas === 10;
    await until(settled);
    assert.equal((await all()).length, 10);
    assert.equal(api.writes.filter(w => w.verb === 'create' && w.resource === 'pods').length, 10);
  });

  it('list them behind a service once they are ready, in few writes', async () => {
    await api.create(services, service('web'));
    const name = { namespace: 'default', name: 'web' };
    let serial = 0;
    for (const pod of await all()) {
      const podIPs = [{ ip: `10.0.0.${++serial}` }];
      const status = { phase: 'Running', podIPs, conditions: [{ type: 'Ready', status: 'True' }] };
      await api.update(pods, { ...pod, status }, { subresource: 'status' });
    }
    const count = async () => (await api.list(endpointSlices)).items.flatMap(slice => slice.endpoints ?? []).length;
    await until(async () => (await count()) === 10);
    await until(async () => (await api.get(endpoints, name)).subsets?.[0]?.addresses?.length === 10);
  });

  it('say because of what they wrote', () => {
    const write = api.writes.find(w => w.verb === 'create' && w.resource === 'pods');
    assert.match(
      write?.cause ?? '',
      /^replication-controller default\/web <- ReplicationController default\/web ADDED/,
    );
  });

  it('collect the pods when their controller is deleted', async () => {
    await api.delete(replicationControllers, { namespace: 'default', name: 'web' });
    await until(async () => (await all()).length === 0);
  });
});

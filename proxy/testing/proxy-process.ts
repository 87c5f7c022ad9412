/**
 * The proxy in a process of its own, so that it can live in a network namespace: its API server is in memory, and the
 * test that started it writes there through messages. Answers 'ready', and 'done' to each message.
 */
import { systemClock } from '../../api/clock.js';
import type { EndpointSlice, Service } from '../../api/types.js';
import type { Resource } from '../../client/client.js';
import { endpointSlices, services } from '../../client/resources.js';
import { silentLog } from '../../client/testing/log.js';
import { MemoryApi } from '../../client/testing/memory-api.js';
import { cleanup, proxyWith } from '../main.js';
import { clusterCidr, podCidr } from './state.js';

export type Message = { service: Service } | { slice: EndpointSlice } | { stop: true } | { cleanup: true };

const api = new MemoryApi();
const dns = { resolvConf: '/nonexistent', serviceCidr: '10.96.0.0/16' };
const proxy = await proxyWith(api, { nodeName: 'here', clusterCidr, podCidr, dns, log: silentLog, clock: systemClock });

async function handle(message: Message): Promise<void> {
  if ('service' in message) await put(services, message.service);
  if ('slice' in message) await put(endpointSlices, message.slice);
  if ('stop' in message) await proxy.stop();
  if ('cleanup' in message) await cleanup();
}

async function put<T extends Service | EndpointSlice>(resource: Resource<T>, object: T): Promise<void> {
  const { name = '', namespace = '' } = object.metadata;
  const found = (await api.list(resource)).items.find(one => one.metadata.name === name);
  if (!found) return void (await api.create(resource, object));
  const { resourceVersion } = found.metadata;
  await api.update(resource, {
    ...object,
    metadata: { ...object.metadata, namespace, ...(resourceVersion ? { resourceVersion } : {}) },
  });
}

process.on('message', message => {
  handle(message as Message).then(
    () => process.send?.('done'),
    error => process.send?.(`failed: ${(error as Error).message}`),
  );
});
process.send?.('ready');

/** A small controller: each fleet has its ships (ConfigMaps that it owns), as many as asked, and says how many there are. */
import type { ConfigMap } from '../../../api/types.js';
import { configMaps } from '../../../client/resources.js';
import type { Controller } from '../../../client/runtime/controller.js';
import { type Fleet, fleets, group } from './definition.js';

const keyOf = (object: { metadata: { namespace?: string; name?: string } } | undefined): string[] =>
  object ? [`${object.metadata.namespace}/${object.metadata.name}`] : [];

const ownerKey = (ship: ConfigMap | undefined): string[] => {
  const owner = ship?.metadata.ownerReferences?.find(({ kind }) => kind === 'Fleet');
  return owner ? [`${ship?.metadata.namespace}/${owner.name}`] : [];
};

function ship(fleet: Fleet, name: string): ConfigMap {
  const { namespace, name: owner = '', uid = '' } = fleet.metadata;
  const reference = {
    apiVersion: `${group}/v1`,
    kind: 'Fleet',
    name: owner,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...(namespace ? { namespace } : {}), labels: { fleet: owner }, ownerReferences: [reference] },
    data: { colour: fleet.spec.flag.colour, shape: fleet.spec.flag.shape },
  };
}

export const fleetController: Controller = {
  name: 'fleet-controller',
  sources: [
    { resource: fleets, keysFor: (now, before) => keyOf(now ?? before) },
    { resource: configMaps, labelSelector: 'fleet', keysFor: (now, before) => ownerKey(now ?? before) },
  ],
  async reconcile(key, { read, write }) {
    const [namespace = '', name = ''] = key.split('/');
    const fleet = read.get(fleets, { namespace, name });
    if (!fleet || fleet.metadata.deletionTimestamp) return;
    const ships = read.list(configMaps, namespace).filter(found => found.metadata.labels?.fleet === name);
    const wanted = Array.from({ length: fleet.spec.replicas }, (_, i) => `${name}-${i}`);
    for (const missing of wanted.filter(of => !ships.some(found => found.metadata.name === of))) {
      await write.create(configMaps, ship(fleet, missing));
    }
    for (const { metadata } of ships.filter(found => !wanted.includes(found.metadata.name ?? ''))) {
      await write.delete(configMaps, { namespace, name: metadata.name ?? '' });
    }
    const replicas = wanted.length;
    const status = { replicas, selector: `fleet=${name}`, phase: ships.length === replicas ? 'Sailing' : 'Gathering' };
    if (JSON.stringify(status) !== JSON.stringify(fleet.status)) await write.updateStatus(fleets, { ...fleet, status });
  },
};

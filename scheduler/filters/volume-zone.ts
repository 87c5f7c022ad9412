/** A bound volume that is labelled with a zone or a region is for nodes of that zone or region. */
import type { PersistentVolume } from '../../api/types.js';
import type { NodeState } from '../model/node-state.js';
import { type Filter, lasting } from './filter.js';

/** Each of today's labels, and the one that it replaced. */
const labels: readonly [string, string][] = [
  ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'],
];
const elsewhere = lasting('node(s) had no available volume zone');

export const volumeZone: Filter = {
  name: 'VolumeZone',
  wakes: { NodeAdded: true, NodeLabels: true, Storage: true },
  prepare: ({ claims }, { volumes }) => {
    const bound = claims.flatMap(key => volumes.volume(volumes.claim(key)?.spec?.volumeName ?? '') ?? []);
    const tied = bound.flatMap(zonesOf);
    if (tied.length === 0) return undefined;
    return { refuses: node => (isZoned(node) && tied.some(tie => !isIn(node, tie)) ? elsewhere : undefined) };
  },
};

interface Tie {
  either: readonly [string, string];
  values: readonly string[];
}

/** A volume that spans zones names them all: 'a__b'. */
const zonesOf = ({ metadata }: PersistentVolume): Tie[] =>
  labels.flatMap(either => {
    const value = metadata.labels?.[either[0]] ?? metadata.labels?.[either[1]];
    return value === undefined ? [] : [{ either, values: value.split('__') }];
  });

const valueOn = ({ labels: own }: NodeState, [now, before]: readonly [string, string]): string | undefined =>
  own[now] ?? own[before];

/** A cluster that knows no zones does not mind them. */
const isZoned = (node: NodeState): boolean => labels.some(either => valueOn(node, either) !== undefined);

const isIn = (node: NodeState, { either, values }: Tie): boolean => values.includes(valueOn(node, either) ?? '');

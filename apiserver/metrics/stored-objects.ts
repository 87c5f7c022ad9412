import { isStorage } from '../../api/kinds/conversion.js';
import type { Environment } from '../registry/call.js';

/** 'deployments.apps' and how many there are, of each resource that is stored; each kind once, whatever its versions. */
export function* storedObjects({ kinds, cache }: Pick<Environment, 'kinds' | 'cache'>): Iterable<[string, number]> {
  for (const row of kinds.rows.filter(row => isStorage(row) && row.verbs.includes('list'))) {
    const { group, plural } = row;
    const held = cache.named({ group, resource: plural });
    if (held) yield [group === '' ? plural : `${plural}.${group}`, held.size];
  }
}

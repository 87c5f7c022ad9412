/** flowcontrol.apiserver.k8s.io/v1beta1 and v1beta2: a level's shares have another name. */

import type { AnyObject } from '../../types.js';
import { storedAs } from '../conversion.js';
import { priorityLevelConfigurationRow as row } from '../flowcontrol/prioritylevel.js';
import type { KindRow } from '../row.js';
import { rulesThrough, type Shape } from './through.js';

const [assured, nominal] = ['assuredConcurrencyShares', 'nominalConcurrencyShares'] as const;

function rename(level: AnyObject, from: string, to: string): void {
  const limited = (level.spec as { limited?: Record<string, unknown> } | undefined)?.limited;
  if (limited?.[from] === undefined) return;
  limited[to] = limited[from];
  delete limited[from];
}

const shape: Shape = {
  toStored: level => rename(level, assured, nominal),
  fromStored: level => rename(level, nominal, assured),
  nameOf: path => path.replace(/^spec\.limited\.nominalConcurrencyShares$/, `spec.limited.${assured}`),
};

export function priorityLevelIn(version: 'v1beta1' | 'v1beta2'): KindRow {
  const name = { group: row.group, version, kind: row.kind };
  return {
    ...row,
    ...name,
    ...rulesThrough(row, shape),
    model: 'V1beta2PriorityLevelConfiguration',
    conversion: storedAs(row, name, { toStorage: shape.toStored, fromStorage: shape.fromStored }),
  };
}

/** The scale subresource: the replicas of any kind that has them, in one shape (autoscaling/v1 Scale). */

import { typesOf } from '../../api/apply/model-types.js';
import { entriesOf, type Owner, ownersOf } from '../../api/apply/owners.js';
import { ownersFromScale, scaleOwners, scaleVersion } from '../../api/apply/scale.js';
import { ownersAfterUpdate, type Writing } from '../../api/apply/update.js';
import { timestamp } from '../../api/clock.js';
import { getPath, isObject, setPath } from '../../api/json.js';
import { apiVersionOf, type KindRow } from '../../api/kinds/row.js';
import { subresourceTypes } from '../../api/kinds/subresources.js';
import { invalid, statusError } from '../../api/status.js';
import type { AnyObject, Scale } from '../../api/types.js';
import { invalidValue } from '../../api/validation/errors.js';
import type { CacheEntry } from '../cache/entry.js';
import { type Answer, type Call, type Environment, json } from './call.js';
import { replace } from './replace.js';

type ScalePaths = NonNullable<KindRow['scale']>;

export function pathsOf(row: KindRow): ScalePaths {
  if (row.scale) return row.scale;
  throw statusError(
    'InternalError',
    `${row.kind} lists the subresource scale, but does not say where its replicas are`,
  );
}

export function scaleOf(row: KindRow, object: AnyObject): Scale {
  const paths = pathsOf(row);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = selectorText(getPath(object, paths.selector));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: JSON.parse(JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp })),
    spec: { replicas: (getPath(object, paths.specReplicas) as number | undefined) ?? 0 },
    status: {
      replicas: (getPath(object, paths.statusReplicas) as number | undefined) ?? 0,
      ...(selector === '' ? {} : { selector }),
    },
  };
}

/** A Scale, and who owns its fields. */
export interface OwnedScale {
  scale: AnyObject;
  owners: readonly Owner[];
}

/** PUT and PATCH: `next` makes the wanted Scale of the current one. */
export async function writeScale(
  env: Environment,
  call: Call,
  dryRun: boolean,
  next: (current: OwnedScale) => OwnedScale,
): Promise<Answer> {
  const outcome = await replace(env, call, 'object', dryRun, current => scaled(call.row, current, next));
  return json(200, scaleOf(call.row, outcome.entry.object), outcome.revision);
}

function scaled(row: KindRow, current: CacheEntry, next: (current: OwnedScale) => OwnedScale): AnyObject {
  const { specReplicas } = pathsOf(row);
  const owners = ownersOf(current.object.metadata.managedFields);
  const before = scaleOf(row, current.object) as unknown as AnyObject;
  const wanted = next({ scale: before, owners: scaleOwners(owners, specReplicas) });
  const { name, resourceVersion, uid } = wanted.scale.metadata;
  const replicas = isObject(wanted.scale.spec) ? (wanted.scale.spec.replicas ?? 0) : 0;
  if (!Number.isSafeInteger(replicas) || (replicas as number) < 0) {
    const complaint = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0');
    throw invalid('Scale', 'autoscaling', name ?? current.name, [complaint]);
  }
  const object = current.decode();
  if (resourceVersion) object.metadata.resourceVersion = resourceVersion;
  if (uid) object.metadata.uid = uid;
  setPath(object, specReplicas, replicas);
  const entries = entriesOf(ownersFromScale(owners, wanted.owners, specReplicas, apiVersionOf(row)));
  if (entries) object.metadata.managedFields = entries;
  return object;
}

/** A Scale's metadata and status are the object's: nobody comes to own them here. `now` in milliseconds. */
export const scaleWriting = (manager: string, now: number): Writing => ({
  type: typesOf(subresourceTypes.scale),
  apiVersion: scaleVersion,
  subresource: 'scale',
  manager,
  now: timestamp(now),
  ignored: { 'f:metadata': {}, 'f:status': {} },
});

/** The wanted Scale, and who owns it since. */
export const scaleUpdated = (writing: Writing, current: OwnedScale, scale: AnyObject): OwnedScale => ({
  scale,
  owners: ownersAfterUpdate(writing, current.scale, scale, current.owners),
});

/** A selector in the words of the query: 'app=web', 'tier in (a,b),!old'. */
export function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  if (!isObject(selector)) return '';
  const labelled = 'matchLabels' in selector || 'matchExpressions' in selector;
  const labels = (labelled ? (selector.matchLabels ?? {}) : selector) as Record<string, string>;
  const expressions = (labelled ? (selector.matchExpressions ?? []) : []) as Expression[];
  const equal = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [...equal.sort(), ...expressions.map(expressionText)].join(',');
}

interface Expression {
  key: string;
  operator: string;
  values?: string[];
}

function expressionText({ key, operator, values = [] }: Expression): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${[...values].sort().join(',')})`;
}

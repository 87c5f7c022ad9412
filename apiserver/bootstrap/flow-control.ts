/**
 * Keeps the priority levels and flow schemas that every cluster has, and says of each schema whether its level is there.
 * What is mandatory is put right whatever was made of it; what is suggested only for as long as it says that it is ours.
 */
import { timestamp } from '../../api/clock.js';
import { clone, deepEqual } from '../../api/json.js';
import {
  autoUpdate,
  mandatoryLevels,
  mandatorySchemas,
  suggestedLevels,
  suggestedSchemas,
} from '../../api/kinds/flowcontrol/objects.js';
import type { AnyObject, FlowSchema, PriorityLevelConfiguration } from '../../api/types.js';
import type { Environment } from '../registry/call.js';
import { countGeneration } from '../registry/metadata.js';
import { change } from '../registry/write.js';
import { ensureExists, exists, rowOf } from './ensure.js';

type Kept = FlowSchema | PriorityLevelConfiguration;

const mandatory: readonly Kept[] = [...mandatoryLevels, ...mandatorySchemas];
const suggested: readonly Kept[] = [...suggestedLevels, ...suggestedSchemas];

export async function keepFlowControl(env: Environment): Promise<void> {
  await Promise.all([
    ...mandatory.map(each => keep(env, each, true)),
    ...suggested.map(each => keep(env, each, false)),
  ]);
  await env.cache.fresh();
  await tellDangling(env);
}

async function keep(env: Environment, wanted: Kept, always: boolean): Promise<void> {
  const object = clone(wanted) as unknown as AnyObject;
  if (!exists(env, object)) return ensureExists(env, object);
  const row = rowOf(env, object);
  const place = { row, namespace: '', name: wanted.metadata.name ?? '', dryRun: false };
  await change(env, place, current => {
    const spec = specFor(wanted, current.object as unknown as Kept, always);
    if (deepEqual(spec, current.object.spec)) return { kind: 'keep' };
    const next = { ...current.decode(), spec };
    countGeneration(row, next, current.object);
    return { kind: 'write', object: next };
  });
}

/** The spec that the object should have. */
export function specFor(wanted: Kept, current: Kept, always: boolean): unknown {
  const mine = current.metadata.annotations?.[autoUpdate];
  // What nobody has changed since it was made is ours, whoever removed the annotation.
  const ours = mine === undefined ? current.metadata.generation === 1 : mine === 'true';
  if (always && wanted.metadata.name === 'exempt' && wanted.kind === 'PriorityLevelConfiguration' && !ours) {
    // How many seats those without limits count for is the user's to say.
    return { ...wanted.spec, exempt: (current as PriorityLevelConfiguration).spec?.exempt };
  }
  return always || ours ? wanted.spec : current.spec;
}

const group = 'flowcontrol.apiserver.k8s.io';

/** A schema of a level that is not there counts for nothing: its status says so. */
async function tellDangling(env: Environment): Promise<void> {
  const { lookup, clock } = env;
  const levels = new Set(
    [...lookup.list({ group, resource: 'prioritylevelconfigurations' })].map(({ metadata }) => metadata.name),
  );
  for (const object of lookup.list({ group, resource: 'flowschemas' })) {
    const schema = object as unknown as FlowSchema;
    const wanted = danglingOf(schema, levels);
    const known = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
    if (known?.status === wanted.status && known.message === wanted.message) continue;
    const place = { row: rowOf(env, object), namespace: '', name: schema.metadata.name ?? '', dryRun: false };
    await change(env, place, current => {
      const next = current.decode() as unknown as FlowSchema;
      const others = (next.status?.conditions ?? []).filter(({ type }) => type !== 'Dangling');
      const changed = known?.status !== wanted.status;
      const since = changed ? timestamp(clock.now()) : known?.lastTransitionTime;
      const condition = { ...wanted, ...(since ? { lastTransitionTime: since } : {}) };
      next.status = { ...next.status, conditions: [...others, condition] };
      return { kind: 'write', object: next as unknown as AnyObject };
    });
  }
}

function danglingOf({ spec }: FlowSchema, levels: ReadonlySet<string | undefined>) {
  const name = spec?.priorityLevelConfiguration?.name ?? '';
  const about = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)}`;
  return levels.has(name)
    ? { type: 'Dangling', status: 'False', reason: 'Found', message: `${about} and it exists` }
    : { type: 'Dangling', status: 'True', reason: 'NotFound', message: `${about} but there is no such object` };
}

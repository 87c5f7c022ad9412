/** Levels and schemas as they are configured now, made ready for use. */
import { mandatoryLevels, mandatorySchemas } from '../../api/kinds/flowcontrol/objects.js';
import type { FlowSchema, PriorityLevelConfiguration } from '../../api/types.js';
import { inOrder } from './classify.js';
import type { LevelSettings } from './level.js';

/** Undefined for the level without limits. */
export type Settings = LevelSettings | undefined;

/** By name; those that are mandatory are there, whatever the store has. */
function withMandatory<T extends { metadata: { name?: string } }>(objects: Iterable<T>, mandatory: readonly T[]): T[] {
  const byName = new Map(mandatory.map(object => [object.metadata.name, object]));
  for (const object of objects) byName.set(object.metadata.name, object);
  return [...byName.values()];
}

/** The seats of the server, shared out: each level gets the part that its shares are of all shares, rounded up. */
export function settingsOf(
  configured: Iterable<PriorityLevelConfiguration>,
  serverSeats: number,
): Map<string, Settings> {
  const levels = withMandatory(configured, mandatoryLevels);
  const sharesOf = ({ spec }: PriorityLevelConfiguration): number =>
    (spec?.limited ?? spec?.exempt)?.nominalConcurrencyShares ?? 0;
  const all = levels.reduce((sum, level) => sum + sharesOf(level), 0);
  return new Map(
    levels.map(level => {
      const { metadata, spec } = level;
      const name = metadata.name ?? '';
      if (spec?.type === 'Exempt') return [name, undefined];
      const seats = Math.max(1, Math.ceil((serverSeats * sharesOf(level)) / Math.max(1, all)));
      const { queues, handSize, queueLengthLimit } = spec?.limited?.limitResponse?.queuing ?? {};
      const { lendablePercent = 0, borrowingLimitPercent } = spec?.limited ?? {};
      const part = (percent: number): number => Math.round((seats * percent) / 100);
      const most = borrowingLimitPercent === undefined ? serverSeats : seats + part(borrowingLimitPercent);
      const bounds = { seats, least: seats - part(lendablePercent), most: Math.max(most, seats) };
      if (!queues || !handSize || !queueLengthLimit) return [name, bounds];
      return [name, { ...bounds, queuing: { queues, handSize, queueLengthLimit } }];
    }),
  );
}

/** In order; schemas of levels that are not there are left out. */
export const schemasOf = (configured: Iterable<FlowSchema>, levels: ReadonlyMap<string, unknown>): FlowSchema[] =>
  inOrder(withMandatory(configured, mandatorySchemas)).filter(({ spec }) =>
    levels.has(spec?.priorityLevelConfiguration?.name ?? ''),
  );

/** Takes all that an object needs to have for itself, or nothing. */
import type { KindRow } from '../../api/kinds/row.js';
import type { AnyObject } from '../../api/types.js';
import type { Environment, Reservation } from './call.js';

const nothing: Reservation = { undo: async () => undefined, settle: async () => undefined };

/** Throws what a reservation throws, with nothing taken. May change the object. */
export async function reserve(
  env: Environment,
  row: KindRow,
  object: AnyObject,
  old: AnyObject | undefined,
  dryRun: boolean,
): Promise<Reservation> {
  const taken: Reservation[] = [];
  const all = (what: 'undo' | 'settle') => async (): Promise<void> => {
    for (const reservation of taken) await reservation[what]();
  };
  try {
    for (const kept of env.reservations) {
      if (kept.handles(row)) taken.push(await kept.reserve(env, object, old, dryRun));
    }
  } catch (error) {
    await all('undo')();
    throw error;
  }
  return taken.length === 0 ? nothing : { undo: all('undo'), settle: all('settle') };
}

/** Gives back all that an object had which is gone. */
export async function release(env: Environment, row: KindRow, object: AnyObject): Promise<void> {
  for (const kept of env.reservations) if (kept.handles(row)) await kept.release(env, object);
}
